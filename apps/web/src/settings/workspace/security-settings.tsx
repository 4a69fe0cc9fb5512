import { Switch } from '@mantine/core';
import { SettingsSection } from '../saving/settings-section';
import type { Settings } from '../saving/settings.queries';

/** What the workspace demands of those who sign in. */
export function SecuritySettings({ settings }: { settings: Settings }) {
  return (
    <SettingsSection
      id="security"
      title="Security"
      note="Administrators who have not set it up are asked to before they can do anything else."
      settings={settings}
      keys={['admins_need_second_factor']}
    >
      {({ draft, put, readOnly }) => (
        <Switch
          label="Administrators need two-factor authentication"
          checked={draft.admins_need_second_factor ?? false}
          disabled={readOnly}
          onChange={(event) => put({ admins_need_second_factor: event.currentTarget.checked })}
        />
      )}
    </SettingsSection>
  );
}
