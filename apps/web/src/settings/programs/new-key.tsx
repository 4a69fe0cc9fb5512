import { Button, Checkbox, Group, SegmentedControl, TagsInput, TextInput } from '@mantine/core';
import { scopes } from '#contracts';
import { useState } from 'react';
import { CopyOnce } from '../../ui/copying/copy-once';
import { Form } from '../../ui/forms/form';
import { useCreateApiKey, type NewApiKey } from './keys.queries';
import { CodeExamples } from './code-examples';
import { PageSnippet } from './page-snippet';

const scopeWords: Record<(typeof scopes)[number], string> = {
  ingest: 'ingest: send activities, leads, profiles and orders',
  read: 'read: everything except audit, staff and keys',
  write: 'write: whatever a marketer can do',
  admin: 'admin: everything',
};

/** Makes a key, and shows it this once. */
export function NewKey() {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [kind, setKind] = useState<NewApiKey['kind']>('server');
  const [chosen, setChosen] = useState<string[]>(['ingest']);
  const [types, setTypes] = useState<string[]>([]);
  const [origins, setOrigins] = useState<string[]>([]);
  const [isLacking, setLacking] = useState(false);
  const create = useCreateApiKey();
  const submit = () => {
    const lacks = kind === 'write' && (types.length === 0 || origins.length === 0);
    setLacking(lacks);
    if (lacks) return;
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
      {create.data?.scopes.some((scope) => scope !== 'read') ? <CodeExamples apiKey={create.data.key} /> : null}
      {create.data?.signing_secret ? (
        <PageSnippet
          apiKey={create.data.key}
          types={create.data.allowed_types ?? []}
          secret={create.data.signing_secret}
        />
      ) : null}
      {open ? (
        <Form
          label="New key"
          submit="Create the key"
          save={create}
          fields={[]}
          onSubmit={submit}
          onCancel={() => setOpen(false)}
        >
          {() => (
            <>
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
                    description="Nothing else is recorded with this key. “identified” is what the script records when it learns who a visitor is."
                    placeholder="page_view, then press Enter"
                    error={isLacking && types.length === 0 ? 'Name at least one type.' : undefined}
                    value={types}
                    onChange={setTypes}
                  />
                  <TagsInput
                    label="Sites it can be used on"
                    placeholder="https://www.example.com, then press Enter"
                    error={isLacking && origins.length === 0 ? 'Name at least one site.' : undefined}
                    value={origins}
                    onChange={setOrigins}
                  />
                </>
              )}
            </>
          )}
        </Form>
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
