import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { linkProof } from '#contracts';
import { SettingsSection } from '../saving/settings-section';
import type { Settings } from '../saving/settings.queries';

const zones = Intl.supportedValuesOf('timeZone');
/** An empty input is “not set”. */
const orNull = (text: string) => (text.trim() === '' ? null : text);

/** Names, zone and currency of the workspace. */
export function WorkspaceSettings({ settings }: { settings: Settings }) {
  return (
    <SettingsSection
      id="workspace"
      title="Workspace"
      note="Days begin and times of day are set in this time zone."
      settings={settings}
      keys={['name', 'timezone', 'currency']}
    >
      {({ draft, put, errors, readOnly }) => (
        <>
          <TextInput
            label="Name"
            description="Shown to people who get your e-mails."
            value={draft.name ?? ''}
            error={errors['name']}
            readOnly={readOnly}
            onChange={(event) => put({ name: event.currentTarget.value })}
          />
          <Select
            label="Time zone"
            searchable
            allowDeselect={false}
            nothingFoundMessage="No time zone has that name"
            data={zones.includes('UTC') ? zones : ['UTC', ...zones]}
            value={draft.timezone ?? 'UTC'}
            error={errors['timezone']}
            disabled={readOnly}
            onChange={(timezone) => timezone && put({ timezone })}
          />
          <TextInput
            label="Currency"
            description="Three letters, such as EUR. Lifetime values count what was paid in it; other currencies stand beside them."
            styles={{ input: { width: 120 } }}
            maxLength={3}
            value={draft.currency ?? ''}
            error={errors['currency']}
            readOnly={readOnly}
            onChange={(event) => put({ currency: event.currentTarget.value.toUpperCase() })}
          />
        </>
      )}
    </SettingsSection>
  );
}

/** Who mail comes from, and when it may leave. */
export function SendingSettings({ settings }: { settings: Settings }) {
  return (
    <SettingsSection
      id="sending"
      title="Sending"
      note={
        settings.mode === 'outbox'
          ? 'No Postmark token is set, so mail stays in the outbox on this machine. To send for real, set POSTMARK_SERVER_TOKEN and restart Cortex.'
          : 'Postmark sends your mail: marketing through the broadcast stream, everything a person asked for through the transactional stream.'
      }
      settings={settings}
      keys={[
        'sender_broadcast',
        'sender_transactional',
        'postal_address',
        'mail_tracking',
        'mail_link_proof',
        'attribution_days',
        'quiet_hours',
        'frequency_cap',
      ]}
    >
      {({ draft, put, errors, readOnly }) => (
        <>
          <TextInput
            label="Sender of marketing mail"
            placeholder="Anna of Example School <anna@example.com>"
            value={draft.sender_broadcast ?? ''}
            error={errors['sender_broadcast']}
            readOnly={readOnly}
            onChange={(event) => put({ sender_broadcast: orNull(event.currentTarget.value) })}
          />
          <TextInput
            label="Sender of transactional mail"
            placeholder="Example School <hello@example.com>"
            value={draft.sender_transactional ?? ''}
            error={errors['sender_transactional']}
            readOnly={readOnly}
            onChange={(event) => put({ sender_transactional: orNull(event.currentTarget.value) })}
          />
          <Textarea
            label="Postal address"
            description="The law requires it at the bottom of marketing mail."
            autosize
            minRows={2}
            value={draft.postal_address ?? ''}
            error={errors['postal_address']}
            readOnly={readOnly}
            onChange={(event) => put({ postal_address: orNull(event.currentTarget.value) })}
          />
          <Select
            label="Opens and clicks"
            description="Cortex can count them itself, with its own links and an invisible picture in each e-mail."
            allowDeselect={false}
            disabled={readOnly}
            data={[
              { value: 'postmark', label: 'Counted by Postmark' },
              { value: 'ours', label: 'Counted by Cortex' },
              { value: 'off', label: 'Not counted' },
            ]}
            value={draft.mail_tracking ?? 'postmark'}
            onChange={(value) => value && put({ mail_tracking: value as Settings['mail_tracking'] })}
          />
          <Switch
            label="Links in e-mails prove who visits your site"
            description={`Whoever follows a link to a site of your write keys is then taken for the person the e-mail went to. What they did there before, and do in that browser within ${linkProof.hours} hours, becomes that person’s and can start automations. Only the first browser that opens a link of the e-mail counts, within ${linkProof.days} days. If somebody forwards the e-mail unopened, that can be someone else. Nobody gets to see anything of a person this way.`}
            checked={draft.mail_link_proof ?? false}
            disabled={readOnly}
            onChange={(event) => put({ mail_link_proof: event.currentTarget.checked })}
          />
          <NumberInput
            label="Days after a click"
            description="An enrollment or a payment within so many days of somebody’s last click counts for that broadcast."
            w={120}
            min={1}
            max={30}
            allowDecimal={false}
            value={draft.attribution_days ?? 5}
            error={errors['attribution_days']}
            readOnly={readOnly}
            onChange={(n) => put({ attribution_days: Number(n) || 1 })}
          />
          <QuietHours
            value={draft.quiet_hours ?? null}
            readOnly={readOnly}
            onChange={(quiet_hours) => put({ quiet_hours })}
          />
          <Cap
            value={draft.frequency_cap ?? null}
            readOnly={readOnly}
            onChange={(frequency_cap) => put({ frequency_cap })}
          />
        </>
      )}
    </SettingsSection>
  );
}

interface PartProps<T> {
  value: T | null;
  readOnly: boolean;
  onChange: (value: T | null) => void;
}

function QuietHours({ value, readOnly, onChange }: PartProps<{ from: string; to: string }>) {
  return (
    <div className="stack-tight">
      <Switch
        label="Quiet hours for marketing mail"
        checked={value !== null}
        disabled={readOnly}
        onChange={(event) => onChange(event.currentTarget.checked ? { from: '21:00', to: '08:00' } : null)}
      />
      {value ? (
        <div className="row">
          <span>from</span>
          <TextInput
            aria-label="Quiet from"
            type="time"
            value={value.from}
            readOnly={readOnly}
            onChange={(event) => onChange({ ...value, from: event.currentTarget.value })}
          />
          <span>to</span>
          <TextInput
            aria-label="Quiet until"
            type="time"
            value={value.to}
            readOnly={readOnly}
            onChange={(event) => onChange({ ...value, to: event.currentTarget.value })}
          />
          <span className="quiet">in the person’s time zone, or the workspace’s if it is not known</span>
        </div>
      ) : null}
    </div>
  );
}

type CapValue = { count: number; per: { n: number; unit: 'hours' | 'days' | 'weeks' | 'months' } };

function Cap({ value, readOnly, onChange }: PartProps<CapValue>) {
  return (
    <div className="stack-tight">
      <Switch
        label="Limit how much marketing mail one person gets"
        checked={value !== null}
        disabled={readOnly}
        onChange={(event) => onChange(event.currentTarget.checked ? { count: 3, per: { n: 7, unit: 'days' } } : null)}
      />
      {value ? (
        <div className="row">
          <span>at most</span>
          <NumberInput
            aria-label="How many e-mails"
            w={80}
            min={1}
            max={1000}
            value={value.count}
            readOnly={readOnly}
            onChange={(n) => onChange({ ...value, count: Number(n) || 1 })}
          />
          <span>in</span>
          <NumberInput
            aria-label="In how many days"
            w={80}
            min={1}
            max={365}
            value={value.per.n}
            readOnly={readOnly}
            onChange={(n) => onChange({ ...value, per: { ...value.per, n: Number(n) || 1 } })}
          />
          <Select
            aria-label="Unit"
            w={120}
            allowDeselect={false}
            disabled={readOnly}
            data={['hours', 'days', 'weeks', 'months']}
            value={value.per.unit}
            onChange={(unit) =>
              unit && onChange({ ...value, per: { ...value.per, unit: unit as CapValue['per']['unit'] } })
            }
          />
        </div>
      ) : null}
    </div>
  );
}
