import { isSafeLink, networks, type MailNode } from '#designs';
import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';

const names = Object.entries(networks).map(([value, label]) => ({ value, label }));
const MOST = 20;

/** The networks of a block of links: which, and where each leads. */
export function NetworksField({
  parts,
  onChange,
}: {
  parts: readonly MailNode[];
  onChange: (parts: readonly MailNode[]) => void;
}) {
  const put = (at: number, settings: Record<string, string>) =>
    onChange(
      parts.map((part, index) => (index === at ? { ...part, attributes: { ...part.attributes, ...settings } } : part)),
    );
  return (
    <div className="stack">
      {parts.map(({ attributes: { name = 'web', href = '' } }, at) => (
        <div key={at} className="network">
          <Select
            aria-label={`Network ${at + 1}`}
            allowDeselect={false}
            data={names}
            value={name}
            onChange={(next) => next && put(at, { name: next })}
          />
          <ActionIcon
            aria-label={`Remove network ${at + 1}`}
            onClick={() => onChange(parts.filter((_part, index) => index !== at))}
          >
            <IconTrash size={16} stroke={1.5} />
          </ActionIcon>
          <TextInput
            key={href}
            aria-label={`Link of network ${at + 1}`}
            placeholder="https://example.com"
            error={href && !isSafeLink(href) ? 'A link begins with https://.' : undefined}
            defaultValue={href}
            onBlur={(event) => {
              const next = event.currentTarget.value.trim();
              if (next !== href) put(at, { href: next });
            }}
          />
        </div>
      ))}
      {parts.length < MOST ? (
        <Button
          size="xs"
          variant="default"
          className="start"
          onClick={() => onChange([...parts, { tagName: 'mj-social-element', attributes: { name: 'web' } }])}
        >
          Add a network
        </Button>
      ) : null}
    </div>
  );
}
