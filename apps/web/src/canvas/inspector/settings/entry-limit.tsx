import { usualLimit, type DraftSettings, type GraphNode } from '#graph';
import { Radio, TextInput } from '@mantine/core';
import { DurationField } from './duration-field';

type Entry = NonNullable<DraftSettings['entry']>;

/** How often a person may come in. */
export function EntryLimit({
  start,
  entry = {},
  onChange,
}: {
  start: GraphNode | undefined;
  entry: DraftSettings['entry'];
  onChange: (entry: Entry | undefined) => void;
}) {
  const usual = usualLimit(start).replace(/^./, (letter) => letter.toUpperCase());
  const byActivity = start === undefined || start.type === 'activity_received';
  const limit = entry.limit;
  const kind = limit === undefined ? 'default' : typeof limit === 'object' ? 'every' : limit;
  const put = (part: Partial<Entry>) => {
    const next = Object.fromEntries(Object.entries({ ...entry, ...part }).filter(([, value]) => value !== undefined));
    onChange(Object.keys(next).length > 0 ? next : undefined);
  };
  const choose = (value: string) =>
    put({
      limit:
        value === 'default'
          ? undefined
          : value === 'every'
            ? { every: { n: 30, unit: 'days' } }
            : (value as 'once' | 'always'),
    });
  return (
    <section className="field-group">
      <h3>How often can a person enter?</h3>
      <Radio.Group value={kind} onChange={choose} aria-label="How often can a person enter?">
        <div className="stack-tight">
          <Radio value="default" size="sm" label={`${usual} (default)`} />
          {usual !== 'Once ever' || kind === 'once' ? <Radio value="once" size="sm" label="Once ever" /> : null}
          <Radio value="every" size="sm" label="Again after some time" />
          <Radio value="always" size="sm" label="Each time" />
        </div>
      </Radio.Group>
      {typeof limit === 'object' ? (
        <DurationField
          label="Again after"
          optional={false}
          value={limit.every}
          onChange={(every) => every && put({ limit: { every } })}
        />
      ) : null}
      {byActivity || entry.key !== undefined ? (
        <TextInput
          label="Once per"
          description="A field of the activity, such as metadata.order_id, so that the same purchase does not start it twice."
          placeholder="metadata.order_id"
          error={
            entry.key !== undefined && !/^metadata(\.[A-Za-z0-9_]+)+$/.test(entry.key)
              ? 'It must start with “metadata.”'
              : undefined
          }
          defaultValue={entry.key ?? ''}
          onBlur={(event) => {
            const key = event.currentTarget.value.trim() || undefined;
            if (key === undefined || /^metadata(\.[A-Za-z0-9_]+)+$/.test(key)) put({ key });
          }}
        />
      ) : null}
      <DurationField
        label="Minimum time between two entries"
        value={entry.cooldown}
        onChange={(cooldown) => put({ cooldown })}
      />
    </section>
  );
}
