import { Select } from '@mantine/core';
import { useTopics } from '../../../settings/mail/consent.queries';
import { text } from '../controls/control';
import type { FormProps } from '../form';

/** The topic of a marketing mail, where there are topics; one that has to go can always be taken off. */
export function TopicChoice({ config, problems, readOnly, onChange }: FormProps) {
  const topics = useTopics().data?.items ?? [];
  const value = text(config.topic_id);
  if (value === '' && (topics.length === 0 || text(config.stream) === 'transactional')) return null;
  const data = topics.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <div className="field" data-field="topic_id" data-testid="field-topic">
      <Select
        label="Topic"
        description="Only people who want this topic get the e-mail."
        placeholder={text(config.template_id) === '' ? 'No topic' : 'As the template says'}
        clearable
        clearButtonProps={{ 'aria-label': 'Remove the topic' }}
        error={problems.get('topic_id')}
        readOnly={readOnly}
        data={
          value === '' || data.some((one) => one.value === value) ? data : [...data, { value, label: 'Unknown topic' }]
        }
        value={value || null}
        onChange={(id) => onChange('topic_id', id ?? undefined)}
      />
    </div>
  );
}
