import { Switch, Textarea } from '@mantine/core';
import { SettingsSection } from '../saving/settings-section';
import type { Settings } from '../saving/settings.queries';

/** Who may get marketing mail without ever having answered. */
export function ConsentSettings({ settings }: { settings: Settings }) {
  return (
    <SettingsSection
      id="consent"
      title="Consent"
      note="People who subscribed get marketing mail; people who unsubscribed never do."
      settings={settings}
      keys={['mail_unanswered', 'double_opt_in', 'consent_text', 'retry_unknown_transactional']}
    >
      {({ draft, put, errors, readOnly }) => (
        <>
          <Switch
            label="E-mail people who never answered"
            description="Leave this off where the law requires consent first."
            checked={draft.mail_unanswered ?? false}
            disabled={readOnly}
            onChange={(event) => put({ mail_unanswered: event.currentTarget.checked })}
          />
          <Switch
            label="New sign-up forms ask for a confirmation by e-mail"
            description="Each form can be set differently."
            checked={draft.double_opt_in ?? true}
            disabled={readOnly}
            onChange={(event) => put({ double_opt_in: event.currentTarget.checked })}
          />
          <Textarea
            label="What people agree to"
            description="New sign-up forms start with this text."
            autosize
            minRows={3}
            maxLength={2000}
            value={draft.consent_text ?? ''}
            error={errors['consent_text']}
            readOnly={readOnly}
            onChange={(event) => put({ consent_text: event.currentTarget.value })}
          />
          <Switch
            label="Resend transactional mail when it is not known if it was sent"
            description="When Postmark cannot say whether an e-mail was sent, the person may get it twice rather than not at all."
            checked={draft.retry_unknown_transactional ?? false}
            disabled={readOnly}
            onChange={(event) => put({ retry_unknown_transactional: event.currentTarget.checked })}
          />
        </>
      )}
    </SettingsSection>
  );
}
