import './outbox.css';
import { readableSubject } from '#graph';
import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { adminAddresses } from '#contracts';
import { rowsOf } from '../api/paged';
import { useSettings } from '../settings/saving/settings.queries';
import { LoadMore } from '../ui/pages/load-more';
import { Page } from '../ui/pages/page';
import { Answer, Empty } from '../ui/feedback/query-states';
import { Time } from '../ui/formatting/time';
import { MailPage } from './mail-page';
import { useAutomationNames, useOutbox, type Message } from './outbox.queries';
import { mailStateOf, mailStateWords } from './mail-states';
import { reasonInWords } from './reason-words';

/** Every mail as an inbox: the list at the left, the mail at the right. */
export function OutboxPage() {
  const [search, setSearch] = useSearchParams();
  const { data: settings } = useSettings();
  const automations = useAutomationNames();
  const set = (name: string, value: string | undefined) =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const state = search.get('state');
  const list = useOutbox({
    contact_email: search.get('person') ?? undefined,
    automation_id: search.get('automation') ?? undefined,
    state: state && state in mailStateWords ? (state as Message['state']) : undefined,
  });
  const filtered = search.has('person') || search.has('automation') || search.has('state');
  const rows = rowsOf(list.data);
  const open = search.get('message') ?? undefined;
  const intro =
    settings?.mode === 'outbox'
      ? 'Nothing leaves this machine: no Postmark token is set. Every e-mail is kept here as it would have been sent.'
      : 'Every e-mail as it was handed to Postmark, newest first.';
  return (
    <Page title="Outbox" intro={intro} wide>
      <div className="row outbox-filters">
        <PersonInput value={search.get('person') ?? ''} onChange={(value) => set('person', value)} />
        <Select
          aria-label="Automation"
          w={240}
          clearable
          searchable
          placeholder="Any automation"
          nothingFoundMessage="No automation has that name"
          data={automations.data ?? []}
          value={search.get('automation')}
          onChange={(value) => set('automation', value ?? undefined)}
        />
        <Select
          aria-label="State"
          w={180}
          clearable
          placeholder="Any status"
          data={Object.entries(mailStateWords).map(([value, { label }]) => ({ value, label }))}
          value={state}
          onChange={(value) => set('state', value ?? undefined)}
        />
      </div>
      <Answer of={list} what="The e-mails could not be loaded">
        {() =>
          rows.length === 0 ? (
            filtered ? (
              <Empty title="No e-mail matches">Change or clear the filter above.</Empty>
            ) : (
              <Empty title="No e-mails yet">
                As soon as an automation sends something, it will appear here.{' '}
                <Link to={adminAddresses.automations}>See the automations</Link>
              </Empty>
            )
          ) : (
            <div className="outbox" data-open={open !== undefined}>
              <div className="outbox-list" tabIndex={0} role="region" aria-label="Mails">
                <ul>
                  {rows.map((mail) => (
                    <li key={mail.id}>
                      <Item mail={mail} search={search} current={mail.id === open} />
                    </li>
                  ))}
                </ul>
                <LoadMore list={list} label="Earlier e-mails" />
              </div>
              {open ? (
                <MailPage key={open} id={open} onBack={() => set('message', undefined)} />
              ) : (
                <p className="outbox-mail sentence quiet">Select an e-mail to read it as the person gets it.</p>
              )}
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

function Item({ mail, search, current }: { mail: Message; search: URLSearchParams; current: boolean }) {
  const next = new URLSearchParams(search);
  next.set('message', mail.id);
  const state = mailStateOf(mail);
  return (
    <Link className="outbox-item" to={`?${next}`} aria-current={current}>
      <div className="row-apart">
        <span>{mail.contact_email}</span>
        <span className="label">
          <Time at={mail.sent_at ?? mail.created_at} />
        </span>
      </div>
      <p className="sentence">{readableSubject(mail.subject ?? '') || '(no subject)'}</p>
      <p className="label">
        {state.label}
        {mail.reason ? `, ${reasonInWords(mail.reason)}` : ''}
        {mail.automation_name ? ` · ${mail.automation_name}` : ''}
      </p>
    </Link>
  );
}

function PersonInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const later = useDebouncedCallback(onChange, 300);
  return (
    <TextInput
      type="search"
      aria-label="Recipient"
      placeholder="To: full address"
      w={240}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value.trim());
      }}
    />
  );
}
