import { notifications } from '@mantine/notifications';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useMay } from '../../access/session.queries';
import { fieldErrors, FormButtons, FormProblem } from '../../ui/forms/form';
import { SettingsPart } from './settings-part';
import { useChangeSettings, type Settings, type SettingsChange } from './settings.queries';

interface FormProps {
  /** The values as they would be saved. */
  draft: SettingsChange;
  put: (change: SettingsChange) => void;
  /** Messages of the server by field. */
  errors: Record<string, string>;
  readOnly: boolean;
}

interface SettingsSectionProps<K extends keyof SettingsChange> {
  id: string;
  title: string;
  note: ReactNode;
  settings: Settings;
  keys: readonly K[];
  children: (form: FormProps) => ReactNode;
}

/** One group of settings with its own save button; only what was changed is sent. */
export function SettingsSection<K extends keyof SettingsChange>({
  id,
  title,
  note,
  settings,
  keys,
  children,
}: SettingsSectionProps<K>) {
  const [changes, setChanges] = useState<SettingsChange>({});
  const change = useChangeSettings();
  const mayChange = useMay('admin');
  const stored = Object.fromEntries(keys.map((key) => [key, settings[key as keyof Settings]])) as SettingsChange;
  const dirty = keys.some((key) => key in changes && JSON.stringify(changes[key]) !== JSON.stringify(stored[key]));
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(changes, {
      onSuccess: () => {
        setChanges({});
        notifications.show({ message: `${title} saved.` });
      },
    });
  };
  return (
    <SettingsPart id={id} title={title} note={note}>
      <form className="stack form" onSubmit={save}>
        {children({
          draft: { ...stored, ...changes },
          put: (next) => setChanges((before) => ({ ...before, ...next })),
          errors: fieldErrors(change.error),
          readOnly: !mayChange,
        })}
        <FormProblem error={change.error} fields={keys} />
        {dirty ? (
          <FormButtons
            label={change.isPending ? 'Saving' : 'Save'}
            busy={change.isPending}
            cancel="Discard"
            onCancel={() => setChanges({})}
          />
        ) : null}
      </form>
    </SettingsPart>
  );
}
