import { emailAddress } from '#rules';
import { Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { SettingsSection } from '../saving/settings-section';
import type { Settings } from '../saving/settings.queries';

type SeedList = Settings['seed_lists'][number];

/** As many as the server keeps. */
const MOST_LISTS = 10;
const MOST_ADDRESSES = 20;

const addressesIn = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter(Boolean);

/** What is wrong with these addresses, if anything. */
function problemOf(addresses: readonly string[]): string | undefined {
  if (addresses.length === 0) return 'Enter at least one address.';
  if (addresses.length > MOST_ADDRESSES) return `A seed list has at most ${MOST_ADDRESSES} addresses.`;
  const wrong = addresses.find((one) => !emailAddress.safeParse(one).success);
  if (wrong !== undefined) return `“${wrong}” is not an e-mail address.`;
  const twice = addresses.find(
    (one, at) => addresses.findIndex((other) => other.toLowerCase() === one.toLowerCase()) < at,
  );
  return twice === undefined ? undefined : `“${twice}” stands here twice.`;
}

/** Addresses that test mails can go to besides one's own. */
export function SeedSettings({ settings }: { settings: Settings }) {
  return (
    <SettingsSection
      id="seeds"
      title="Seed lists"
      note="Test mails can go to these addresses too: your other inboxes, or a service that checks how an e-mail looks. They get nothing else."
      settings={settings}
      keys={['seed_lists']}
    >
      {({ draft, put, readOnly }) => (
        <Lists
          lists={(draft.seed_lists ?? []) as SeedList[]}
          readOnly={readOnly}
          onChange={(seed_lists) => put({ seed_lists })}
        />
      )}
    </SettingsSection>
  );
}

function Lists({
  lists,
  readOnly,
  onChange,
}: {
  lists: readonly SeedList[];
  readOnly: boolean;
  onChange: (lists: SeedList[]) => void;
}) {
  const put = (at: number, list: SeedList) => onChange(lists.map((one, nth) => (nth === at ? list : one)));
  return (
    <>
      {lists.length === 0 ? <p className="label">There is no seed list yet.</p> : null}
      {lists.map((list, at) => (
        <div key={at} className="stack-tight seed-list">
          <div className="row">
            <TextInput
              aria-label={`Name of list ${at + 1}`}
              placeholder="Our inboxes"
              maxLength={100}
              readOnly={readOnly}
              value={list.name}
              error={lists.some(({ name }, nth) => nth < at && name === list.name) ? 'This name is taken.' : undefined}
              onChange={(event) => put(at, { ...list, name: event.currentTarget.value })}
            />
            {readOnly ? null : (
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                aria-label={`Remove the list ${list.name || at + 1}`}
                onClick={() => onChange(lists.filter((_, nth) => nth !== at))}
              >
                Remove
              </Button>
            )}
          </div>
          <Addresses
            name={list.name || `list ${at + 1}`}
            addresses={list.addresses}
            readOnly={readOnly}
            onChange={(addresses) => put(at, { ...list, addresses })}
          />
        </div>
      ))}
      {readOnly || lists.length >= MOST_LISTS ? null : (
        <Button variant="default" className="start" onClick={() => onChange([...lists, { name: '', addresses: [] }])}>
          New seed list
        </Button>
      )}
    </>
  );
}

function Addresses({
  name,
  addresses,
  readOnly,
  onChange,
}: {
  name: string;
  addresses: readonly string[];
  readOnly: boolean;
  onChange: (addresses: string[]) => void;
}) {
  const [typed, setTyped] = useState<string>();
  const [left, setLeft] = useState(false);
  // What was discarded or saved takes the place of what was typed.
  const isOurs = typed !== undefined && JSON.stringify(addressesIn(typed)) === JSON.stringify(addresses);
  return (
    <Textarea
      aria-label={`Addresses of ${name}`}
      description="One address a line."
      placeholder={'anna@example.com\nanna.private@example.org'}
      autosize
      minRows={2}
      maxRows={MOST_ADDRESSES}
      readOnly={readOnly}
      value={isOurs ? typed : addresses.join('\n')}
      error={left ? problemOf(addresses) : undefined}
      onBlur={() => setLeft(true)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        setLeft(false);
        onChange(addressesIn(event.currentTarget.value));
      }}
    />
  );
}
