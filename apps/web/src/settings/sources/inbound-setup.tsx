import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { ConfirmFor, Problem } from '../../ui/forms/confirm';
import { CopyOnce } from '../../ui/copying/copy-once';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { shortTime } from '../../ui/formatting/time';
import {
  useChangeInbound,
  useInboundSource,
  useRemoveInbound,
  useRotateInbound,
  type InboundSource,
} from './inbound.queries';
import { MappingForm } from './mapping-form';

/** Sets up one inbound webhook: its samples, what is read of them, and whether it is on. */
export function InboundSetup({ id, onGone }: { id: string; onGone: () => void }) {
  const source = useInboundSource(id);
  return (
    <section className="stack-tight" aria-label="Inbound webhook">
      <Answer of={source} what="The webhook could not be loaded" lines={4}>
        {(data) => (
          <>
            <h3>{data.name}</h3>
            <Setup source={data} />
            <Address source={data} onGone={onGone} />
          </>
        )}
      </Answer>
    </section>
  );
}

function Setup({ source }: { source: InboundSource }) {
  const [chosen, setChosen] = useState<string>();
  const change = useChangeInbound(source.id);
  const sample = source.samples.find(({ id }) => id === chosen) ?? source.samples[0];
  if (source.is_on)
    return (
      <>
        <p className="sentence">It is on: what comes in becomes activities.</p>
        <div>
          <Button variant="default" disabled={change.isPending} onClick={() => change.mutate({ is_on: false })}>
            Switch off to change it
          </Button>
        </div>
        <Problem error={change.error} />
      </>
    );
  if (!sample)
    return (
      <>
        <Empty title="Waiting for a sample">
          Let the other system send something to the address. It is kept as a sample, and nothing is recorded yet.
        </Empty>
        {source.mapping ? (
          <div>
            <Button variant="default" disabled={change.isPending} onClick={() => change.mutate({ is_on: true })}>
              Switch on again as it was
            </Button>
          </div>
        ) : null}
      </>
    );
  return (
    <>
      <Select
        className="form"
        label="Sample"
        allowDeselect={false}
        data={source.samples.map(({ id, at }) => ({ value: id, label: shortTime(at) }))}
        value={sample.id}
        onChange={(next) => setChosen(next ?? undefined)}
      />
      <MappingForm
        source={source}
        sample={sample}
        save={change}
        onSave={(mapping) => change.mutate({ mapping, is_on: true })}
      />
    </>
  );
}

function Address({ source, onGone }: { source: InboundSource; onGone: () => void }) {
  const [asking, setAsking] = useState<'rotate' | 'remove'>();
  const rotate = useRotateInbound();
  const remove = useRemoveInbound();
  const close = () => setAsking(undefined);
  return (
    <>
      {rotate.data ? (
        <CopyOnce text={rotate.data.url}>
          The new address. Copy it now: it will not be shown again. The one before is refused.
        </CopyOnce>
      ) : null}
      <div className="row">
        <Button variant="default" size="xs" onClick={() => setAsking('rotate')}>
          Replace the address
        </Button>
        <Button variant="subtle" size="xs" color="danger" onClick={() => setAsking('remove')}>
          Remove
        </Button>
      </div>
      <ConfirmFor
        of={asking === 'rotate' ? source : undefined}
        title={({ name }) => `Replace the address of “${name}”`}
        label="Replace the address"
        change={rotate}
        onClose={close}
      >
        The other system is refused until it is given the new address.
      </ConfirmFor>
      <ConfirmFor
        of={asking === 'remove' ? source : undefined}
        title={({ name }) => `Remove “${name}”`}
        label="Remove the webhook"
        change={{ ...remove, mutate: (id) => remove.mutate(id, { onSuccess: onGone }) }}
        onClose={close}
      >
        Its address is refused from now on. What it recorded stays.
      </ConfirmFor>
    </>
  );
}
