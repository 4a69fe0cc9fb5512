import { Select } from '@mantine/core';
import { useTopics } from './consent.queries';

interface TopicSelectProps {
  /** Empty: none. */
  value: string;
  /** Without one of its own the mail has its template's. */
  ofTemplate: boolean;
  problem?: string | undefined;
  readOnly: boolean;
  onChange: (id: string | null) => void;
}

/** The topic of a marketing mail, where there are topics; one that has to go can always be taken off. */
export function TopicSelect({ value, ofTemplate, problem, readOnly, onChange }: TopicSelectProps) {
  const topics = useTopics().data?.items ?? [];
  if (value === '' && topics.length === 0) return null;
  const data = topics.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Select
      label="Topic"
      description="Only people who want this topic get the e-mail."
      placeholder={ofTemplate ? 'As the template says' : 'No topic'}
      clearable
      clearButtonProps={{ 'aria-label': 'Remove the topic' }}
      error={problem}
      readOnly={readOnly}
      data={
        value === '' || data.some((one) => one.value === value) ? data : [...data, { value, label: 'Unknown topic' }]
      }
      value={value || null}
      onChange={onChange}
    />
  );
}
