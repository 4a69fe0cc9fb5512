import { everythingAboutContact } from '#contracts';
import { personalFields } from '#rules';
import { ActionIcon, Button, CopyButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMay } from '../../access/session.queries';
import { Time } from '../../ui/formatting/time';
import type { Contact } from '../contacts.queries';
import { LifetimeValue } from '../table/lifetime-value';
import { ContactTags } from './contact-tags';
import { PersonTopics } from './person-topics';

/** The fixed top of the drawer: who it is, whether mail reaches them and why, tags; the rest under Details. */
export function Profile({ contact }: { contact: Contact }) {
  const [open, details] = useDisclosure(false);
  const mayDownload = useMay(everythingAboutContact.access);
  return (
    <div className="contact-profile">
      <div className="row">
        {contact.email ? (
          <>
            <span>{contact.email}</span>
            <CopyButton value={contact.email}>
              {({ copied, copy }) => (
                <ActionIcon aria-label={copied ? 'Copied' : 'Copy the address'} onClick={copy} size={24}>
                  {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                </ActionIcon>
              )}
            </CopyButton>
          </>
        ) : (
          <span className="quiet">no address</span>
        )}
        <span className="kind-word" data-kind={contact.type}>
          {contact.type}
        </span>
        <LifetimeValue person={contact} />
        <span className="quiet">
          since <Time at={contact.created_at} />
        </span>
      </div>
      {contact.email_status === 'paused' ? null : (
        <p className={contact.can_be_emailed ? 'email-yes' : 'email-no'}>{contact.email_reason}</p>
      )}
      <PersonTopics contactId={contact.id} />
      <ContactTags contact={contact} />
      <div className="row">
        <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={details.toggle}>
          {open ? 'Hide details' : 'Details'}
        </Button>
        {mayDownload ? (
          <Button
            variant="subtle"
            size="compact-sm"
            component="a"
            href={everythingAboutContact.path.replace(':id', contact.id)}
            download
          >
            Download everything
          </Button>
        ) : null}
      </div>
      {open ? <Details contact={contact} /> : null}
    </div>
  );
}

function Details({ contact }: { contact: Contact }) {
  const facts: [string, string | null][] = [
    ...personalFields.map(({ id, label }): [string, string | null] => [label, contact[id]]),
    [
      'Consent',
      [contact.consent.status, contact.consent.source && `from ${contact.consent.source}`].filter(Boolean).join(', '),
    ],
    ...Object.entries(contact.attributes).map(([name, value]): [string, string] => [
      name.replaceAll('_', ' '),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ['Id', contact.id],
  ];
  return (
    <dl className="contact-facts">
      {facts.map(([name, value]) =>
        value ? (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
