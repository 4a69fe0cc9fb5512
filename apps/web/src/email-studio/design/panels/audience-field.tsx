import { condition } from '#designs';
import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { audienceOf, audiences } from '../mail/conditions';

const EVERYONE = 'everyone';
const OWN = 'own';

/** Who sees a row or block: everyone, one of the named groups, or a condition of one's own. */
export function AudienceField({
  only,
  onChange,
}: {
  only: string | undefined;
  onChange: (condition: string | undefined) => void;
}) {
  const [own, setOwn] = useState(false);
  const named = only === undefined ? EVERYONE : audienceOf(only);
  const value = own ? OWN : (named ?? OWN);
  return (
    <div className="stack-tight">
      <Select
        label="Shown to"
        allowDeselect={false}
        value={value}
        data={[
          { value: EVERYONE, label: 'Everyone' },
          ...audiences.map((one) => ({ value: one.condition, label: one.label })),
          { value: OWN, label: 'A condition of your own' },
        ]}
        onChange={(next) => {
          setOwn(next === OWN);
          if (next !== OWN) onChange(next === EVERYONE || next === null ? undefined : next);
        }}
      />
      {value === OWN ? <OwnCondition key={only ?? ''} only={only} onChange={onChange} /> : null}
    </div>
  );
}

/** Liquid of one's own; it is taken when the field is left and the server would take it. */
function OwnCondition({
  only,
  onChange,
}: {
  only: string | undefined;
  onChange: (condition: string | undefined) => void;
}) {
  const [written, setWritten] = useState(only ?? '');
  const text = written.trim();
  const problem = text === '' ? undefined : condition.safeParse(text).error?.issues[0]?.message;
  const take = () => {
    if (!problem && text !== (only ?? '')) onChange(text || undefined);
  };
  return (
    <TextInput
      label="Condition"
      description="Liquid, as it stands in an if: contact.country == 'DE'"
      classNames={{ input: 'code' }}
      error={problem}
      value={written}
      onChange={(event) => setWritten(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}
