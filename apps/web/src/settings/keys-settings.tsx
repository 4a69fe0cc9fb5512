import { Button, Checkbox, Group, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import { scopes } from '#contracts';
import { useState, type FormEvent } from 'react';
import { Confirm, Problem } from '../ui/confirm';
import { Section } from '../ui/page';
import { Answer, Empty } from '../ui/query-states';
import { Time } from '../ui/time';
import { useApiKeys, useCreateApiKey, useRevokeApiKey, type ApiKey, type NewApiKey } from './admin.queries';
import { CopyOnce } from './copy-once';

const scopeWords: Record<(typeof scopes)[number], string> = {
  ingest: 'ingest: send activities, leads, profiles and orders',
  read: 'read: everything except audit, staff and keys',
  write: 'write: whatever a marketer can do',
  admin: 'admin: everything',
};

/** Keys of other systems; a key is shown once, when it is made. */
export function KeysSettings() {
  const keys = useApiKeys();
  const [ending, setEnding] = useState<ApiKey>();
  const revoke = useRevokeApiKey();
  return (
    <div id="keys" className="settings-anchor">
      <Section
        title="API keys"
        note="How other systems reach Cortex. Keep a server key on a server; a write key can be used in a web page."
      >
        <NewKey />
        <Answer of={keys} what="The keys could not be loaded" lines={3}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No keys yet">Create one above for the first system that sends activities.</Empty>
            ) : (
              <div className="table-scroll" tabIndex={0} role="region" aria-label="API keys">
                <table className="table">
                  <thead>
                    <tr>
                      <th>Name</th>
                      <th>Starts with</th>
                      <th>Access</th>
                      <th>Last used</th>
                      <th>
                        <span className="visually-hidden">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((key) => (
                      <tr key={key.id}>
                        <td>{key.name}</td>
                        <td className="code">{key.prefix}…</td>
                        <td>{key.kind === 'write' ? 'record activities from web pages' : key.scopes.join(', ')}</td>
                        <td>
                          {key.last_used_at ? <Time at={key.last_used_at} /> : <span className="quiet">never</span>}
                        </td>
                        <td className="num">
                          {key.revoked_at ? (
                            <span className="quiet">revoked</span>
                          ) : (
                            <Button variant="subtle" color="danger" size="compact-sm" onClick={() => setEnding(key)}>
                              Revoke
                            </Button>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Answer>
      </Section>
      <Confirm
        opened={ending !== undefined}
        title={`Revoke “${ending?.name ?? ''}”`}
        label="Revoke the key"
        danger
        busy={revoke.isPending}
        error={revoke.error}
        onClose={() => setEnding(undefined)}
        onConfirm={() => ending && revoke.mutate(ending.id, { onSuccess: () => setEnding(undefined) })}
      >
        Systems using this key are refused within two seconds. A revoked key cannot be restored.
      </Confirm>
    </div>
  );
}

function NewKey() {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [kind, setKind] = useState<NewApiKey['kind']>('server');
  const [chosen, setChosen] = useState<string[]>(['ingest']);
  const [types, setTypes] = useState<string[]>([]);
  const [origins, setOrigins] = useState<string[]>([]);
  const create = useCreateApiKey();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body: NewApiKey =
      kind === 'server'
        ? { name, kind, scopes: scopes.filter((scope) => chosen.includes(scope)) }
        : { name, kind, allowed_types: types, allowed_origins: origins };
    create.mutate(body, {
      onSuccess: () => {
        setName('');
        setOpen(false);
      },
    });
  };
  return (
    <>
      {create.data ? (
        <CopyOnce text={create.data.key}>
          {`The key “${create.data.name}”. Copy it now: it will not be shown again.`}
        </CopyOnce>
      ) : null}
      {open ? (
        <form className="stack settings-form" onSubmit={submit}>
          {create.error ? <Problem error={create.error} /> : null}
          <TextInput
            label="Name"
            placeholder="Shop"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="Type of key"
            value={kind}
            onChange={(next) => setKind(next as NewApiKey['kind'])}
            data={[
              { value: 'server', label: 'Server key' },
              { value: 'write', label: 'Write key for web pages' },
            ]}
          />
          {kind === 'server' ? (
            <Checkbox.Group label="What it can do" value={chosen} onChange={setChosen}>
              <Group gap={12} mt={4}>
                {scopes.map((scope) => (
                  <Checkbox key={scope} value={scope} label={scopeWords[scope]} />
                ))}
              </Group>
            </Checkbox.Group>
          ) : (
            <>
              <TagsInput
                label="Activity types it can record"
                placeholder="page_view, then press Enter"
                value={types}
                onChange={setTypes}
              />
              <TagsInput
                label="Sites it can be used on"
                placeholder="https://www.example.com, then press Enter"
                value={origins}
                onChange={setOrigins}
              />
            </>
          )}
          <div className="row">
            <Button type="submit" disabled={create.isPending}>
              Create the key
            </Button>
            <Button variant="default" onClick={() => setOpen(false)}>
              Cancel
            </Button>
          </div>
        </form>
      ) : (
        <div>
          <Button variant="default" onClick={() => setOpen(true)}>
            New key
          </Button>
        </div>
      )}
    </>
  );
}
