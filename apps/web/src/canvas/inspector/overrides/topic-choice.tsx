import { TopicSelect } from '../../../settings/mail/topic-select';
import { text } from '../../../schema-form/control';
import type { FormProps } from '../form';

/** The topic of a marketing mail; on the other stream only to take it off. */
export function TopicChoice({ config, problems, readOnly, onChange }: FormProps) {
  const value = text(config.topic_id);
  if (value === '' && text(config.stream) === 'transactional') return null;
  return (
    <div className="field" data-field="topic_id" data-testid="field-topic">
      <TopicSelect
        value={value}
        ofTemplate={text(config.template_id) !== ''}
        problem={problems.get('topic_id')}
        readOnly={readOnly}
        onChange={(id) => onChange('topic_id', id ?? undefined)}
      />
    </div>
  );
}
