import type { ReactNode } from 'react';
import { Section } from '../../ui/pages/page';

/** One part of the settings, which a link can lead to. */
export function SettingsPart({
  id,
  title,
  note,
  children,
}: {
  id: string;
  title: string;
  note: ReactNode;
  children: ReactNode;
}) {
  return (
    <div id={id} className="settings-anchor">
      <Section title={title} note={note}>
        {children}
      </Section>
    </div>
  );
}
