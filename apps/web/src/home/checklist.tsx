import { IconCheck, IconCircleDashed } from '@tabler/icons-react';
import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { useStaff } from '../settings/staff/staff.queries';
import type { Settings } from '../settings/saving/settings.queries';
import { Section } from '../ui/pages/page';

interface Item {
  label: string;
  why: string;
  done: boolean;
  to: string;
}

const itemsOf = (settings: Settings): Item[] => [
  {
    label: 'Set the workspace’s name and time zone',
    why: 'The name appears in every e-mail. The time zone decides when a day begins.',
    done: settings.name !== 'My workspace' || settings.timezone !== 'UTC',
    to: adminAddresses.settings('workspace'),
  },
  {
    label: 'Set the sender of marketing mail',
    why: 'The address people see and can reply to.',
    done: settings.sender_broadcast !== null,
    to: adminAddresses.settings('sending'),
  },
  {
    label: 'Set the sender of transactional mail',
    why: 'Kept separate from marketing, so that one cannot harm the other’s reputation.',
    done: settings.sender_transactional !== null,
    to: adminAddresses.settings('sending'),
  },
  {
    label: 'Add your postal address',
    why: 'The law requires it at the bottom of marketing mail.',
    done: settings.postal_address !== null,
    to: adminAddresses.settings('sending'),
  },
  {
    label: 'Connect Postmark',
    why: 'Until POSTMARK_SERVER_TOKEN is set, mail stays in the outbox on this machine.',
    done: settings.mode === 'postmark',
    to: adminAddresses.settings('sending'),
  },
];

/** What a new workspace still needs, until it has everything. */
export function Checklist({ settings }: { settings: Settings }) {
  const mayAdmin = useMay('admin');
  return mayAdmin ? <WithStaff settings={settings} /> : <List items={itemsOf(settings)} />;
}

function WithStaff({ settings }: { settings: Settings }) {
  const staff = useStaff();
  if (!staff.data) return null;
  const colleague: Item = {
    label: 'Invite a colleague',
    why: 'So that someone can stop all mail when you are away.',
    done: staff.data.items.length > 1,
    to: adminAddresses.settings('staff'),
  };
  return <List items={[...itemsOf(settings), colleague]} />;
}

function List({ items }: { items: Item[] }) {
  const left = items.filter(({ done }) => !done).length;
  if (left === 0) return null;
  return (
    <Section title="Getting started" note={`${items.length - left} of ${items.length} done.`}>
      <ul className="checklist">
        {items.map(({ label, why, done, to }) => (
          <li key={label} className={done ? 'done' : 'open'}>
            {done ? <IconCheck size={16} aria-label="Done" /> : <IconCircleDashed size={16} aria-label="To do" />}
            <div>
              <p>{label}</p>
              {done ? null : <p className="label">{why}</p>}
            </div>
            {done ? null : (
              <Link to={to}>
                Do it<span className="visually-hidden">: {label}</span>
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
