import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCheck, IconX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { checkSmartList, type AnswerOf } from '#contracts';
import { isGroup, toClause, type Group, type Rule } from '#rules';
import { useState, type FormEvent } from 'react';
import { call } from '../api/client';
import { shortTime } from '../ui/time';
import { Failed, Loading } from '../ui/states';

type Proof = AnswerOf<typeof checkSmartList>;
type Names = ReadonlyMap<string, string>;

/** Asks for somebody's address and shows, row by row, whether the rules hold for them and what was seen. */
export function PersonCheck({ rules, names }: { rules: Group; names: Names }) {
  const [opened, setOpened] = useState(false);
  const [address, setAddress] = useState('');
  const [asked, setAsked] = useState('');
  if (!opened) {
    return (
      <div>
        <Button variant="subtle" size="compact-sm" onClick={() => setOpened(true)}>
          Check a person
        </Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(address.trim());
  };
  return (
    <section className="person-check" aria-label="Check a person">
      <form className="row" onSubmit={submit}>
        <TextInput
          type="email"
          aria-label="Whom to check"
          placeholder="ann@example.com"
          w={260}
          data-autofocus
          autoFocus
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={address.trim() === ''}>
          Check
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setOpened(false);
            setAsked('');
          }}
        >
          Close
        </Button>
      </form>
      {asked ? (
        <Verdict key={asked} rules={rules} names={names} email={asked} />
      ) : (
        <p className="sentence quiet">Each condition will say whether it is met, and what is known about the person.</p>
      )}
    </section>
  );
}

/** Follows the rules while they are edited; asked again 400 ms after the last change. */
function Verdict({ rules, names, email }: { rules: Group; names: Names; email: string }) {
  const [settled] = useDebouncedValue(JSON.stringify(rules), 400);
  const checked = JSON.parse(settled) as Group;
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ['rule-check', settled, email],
    queryFn: async ({ signal }) => ({
      rules: checked,
      proof: await call(checkSmartList, { body: { rules: checked, contact_email: email } }, { signal }),
    }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  if (error) return <Failed error={error} what="This person could not be checked" onRetry={() => void refetch()} />;
  if (isPending || !data) return <Loading lines={2} />;
  return (
    <div role="status" aria-busy={isPlaceholderData}>
      <p className="sentence">
        {data.proof.result ? 'The rules apply to ' : 'The rules do not apply to '}
        <b>{email}</b>.
      </p>
      <ul className="proof">
        <Parts rule={data.rules} proof={data.proof} names={names} />
      </ul>
    </div>
  );
}

const words: Record<Group['operator'], string> = {
  AND: 'All of these',
  OR: 'At least one of these',
  NOT: 'Not this',
};

/** The rows of a group; the proof has the shape of the rule. */
function Parts({ rule, proof, names }: { rule: Group; proof: Proof; names: Names }) {
  return rule.conditions.map((part, index) => {
    const of = proof.children?.[index];
    return of ? <Part key={index} rule={part} proof={of} names={names} /> : null;
  });
}

function Part({ rule, proof, names }: { rule: Rule; proof: Proof; names: Names }) {
  const Glyph = proof.result ? IconCheck : IconX;
  return (
    <li data-met={proof.result}>
      <div className="proof-row">
        <Glyph size={16} stroke={1.5} aria-hidden />
        <span className="sentence">
          <span className="visually-hidden">{proof.result ? 'Met: ' : 'Not met: '}</span>
          {isGroup(rule) ? words[rule.operator] : toClause({ operator: 'AND', conditions: [rule] }, { names })}
        </span>
        {isGroup(rule) ? null : <span className="label">{seen(proof.value_seen, names)}</span>}
      </div>
      {isGroup(rule) ? (
        <ul className="proof">
          <Parts rule={rule} proof={proof} names={names} />
        </ul>
      ) : null}
    </li>
  );
}

const iso = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What the person has, in words. */
function seen(value: unknown, names: Names): string {
  if (value === null || value === undefined || value === '') return 'nothing is known';
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    const shown = value.slice(0, 8).map((item) => seen(item, names));
    return `${shown.join(', ')}${value.length > shown.length ? `, and ${value.length - shown.length} more` : ''}`;
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return iso.test(value) ? shortTime(value) : (names.get(value) ?? value);
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
