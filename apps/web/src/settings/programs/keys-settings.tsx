import { useState } from 'react';
import { ConfirmFor } from '../../ui/forms/confirm';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../../ui/pages/table';
import { LastTime } from '../../ui/formatting/time';
import { useApiKeys, useRevokeApiKey, type ApiKey } from './keys.queries';
import { NewKey } from './new-key';
import { SettingsPart } from '../saving/settings-part';

const columns: Column<ApiKey>[] = [
  { title: 'Name', cell: (key) => key.name },
  { title: 'Starts with', className: 'code', cell: (key) => `${key.prefix}…` },
  {
    title: 'Access',
    cell: (key) => (key.kind === 'write' ? 'record activities from web pages' : key.scopes.join(', ')),
  },
  { title: 'Last used', cell: (key) => <LastTime at={key.last_used_at} /> },
];

/** Keys of other systems; a key is shown once, when it is made. */
export function KeysSettings() {
  const keys = useApiKeys();
  const [ending, setEnding] = useState<ApiKey>();
  const revoke = useRevokeApiKey();
  return (
    <SettingsPart
      id="keys"
      title="API keys"
      note="How other systems reach Cortex. Keep a server key on a server; a write key can be used in a web page."
    >
      <NewKey />
      <Answer of={keys} what="The keys could not be loaded" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No keys yet">Create one above for the first system that sends activities.</Empty>
          ) : (
            <Table
              label="API keys"
              rows={items}
              columns={columns}
              actions={(key) =>
                key.revoked_at ? (
                  <span className="quiet">revoked</span>
                ) : (
                  <RowButton danger onClick={() => setEnding(key)}>
                    Revoke
                  </RowButton>
                )
              }
            />
          )
        }
      </Answer>
      <ConfirmFor
        of={ending}
        title={({ name }) => `Revoke “${name}”`}
        label="Revoke the key"
        change={revoke}
        onClose={() => setEnding(undefined)}
      >
        Systems using this key are refused within two seconds. A revoked key cannot be restored.
      </ConfirmFor>
    </SettingsPart>
  );
}
