import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useMay } from '../access/session.queries';
import { ApiError } from '../api/problem';
import { Problem } from '../ui/confirm';
import { Section } from '../ui/page';
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
  const errors = change.error instanceof ApiError ? change.error.fields : {};
  return (
    <div id={id} className="settings-anchor">
      <Section title={title} note={note}>
        <form className="stack settings-form" onSubmit={save}>
          {children({
            draft: { ...stored, ...changes },
            put: (next) => setChanges((before) => ({ ...before, ...next })),
            errors,
            readOnly: !mayChange,
          })}
          {change.error && Object.keys(errors).length === 0 ? <Problem error={change.error} /> : null}
          {dirty ? (
            <div className="row">
              <Button type="submit" disabled={change.isPending}>
                {change.isPending ? 'Saving' : 'Save'}
              </Button>
              <Button variant="default" onClick={() => setChanges({})}>
                Discard
              </Button>
            </div>
          ) : null}
        </form>
      </Section>
    </div>
  );
}
