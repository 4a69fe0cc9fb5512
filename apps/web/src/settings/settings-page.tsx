import './settings.css';
import { useEffect } from 'react';
import { useLocation } from 'react-router';
import { useMay } from '../access/session.queries';
import { Page } from '../ui/pages/page';
import { Answer } from '../ui/feedback/query-states';
import { AccountSettings } from './staff/account-settings';
import { BrandSettings } from './mail/brand-settings';
import { DataKeptSettings } from './workspace/data-kept-settings';
import { DemoSettings } from './workspace/demo-settings';
import { FormsSettings } from './mail/forms-settings';
import { OrdersSettings } from './programs/orders-settings';
import { KeysSettings } from './programs/keys-settings';
import { SendersSettings } from './mail/senders-settings';
import { SeedSettings } from './mail/seed-settings';
import { SecuritySettings } from './workspace/security-settings';
import { SourcesSettings } from './sources/sources-settings';
import { SessionsSettings } from './staff/sessions-settings';
import { useSettings } from './saving/settings.queries';
import { useSettingsParts } from './settings-parts';
import { StaffSettings } from './staff/staff-settings';
import { SuppressionsSettings } from './mail/suppressions-settings';
import { TopicsSettings } from './mail/topics-settings';
import { ConsentSettings } from './mail/consent-settings';
import { WebhookSettings } from './programs/webhook-settings';
import { SendingSettings, WorkspaceSettings } from './workspace/workspace-settings';

/** Everything about the workspace, one part below the other; each part saves by itself. */
export function SettingsPage() {
  const settings = useSettings();
  const mayAdmin = useMay('admin');
  const { hash } = useLocation();
  const ready = settings.data !== undefined;
  useEffect(() => {
    if (ready && hash) document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [ready, hash]);
  const parts = useSettingsParts();
  return (
    <Page title="Settings" intro={mayAdmin ? undefined : 'You can see these; only an administrator can change them.'}>
      <nav aria-label="Sections of the settings" className="row settings-parts">
        {parts.map(({ id, label }) => (
          <a key={id} href={`#${id}`}>
            {label}
          </a>
        ))}
      </nav>
      <Answer of={settings} what="The settings could not be loaded">
        {(data) => (
          <>
            <WorkspaceSettings settings={data} />
            <SendingSettings settings={data} />
            <SendersSettings />
            <SeedSettings settings={data} />
            <BrandSettings settings={data} />
            <ConsentSettings settings={data} />
            <TopicsSettings />
            <FormsSettings />
            <SuppressionsSettings />
            <SourcesSettings />
            <OrdersSettings />
            <AccountSettings />
            {mayAdmin ? (
              <>
                <KeysSettings />
                <WebhookSettings />
                <DataKeptSettings />
                <SecuritySettings settings={data} />
                <StaffSettings />
                <SessionsSettings />
                {data.demo ? <DemoSettings /> : null}
              </>
            ) : null}
          </>
        )}
      </Answer>
    </Page>
  );
}
