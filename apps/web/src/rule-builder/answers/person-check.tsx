import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { checkSmartList } from '#contracts';
import type { Group } from '#rules';
import { useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import { PersonInput } from '../../people/person-input';
import { Failed, Loading } from '../../ui/feedback/query-states';
import { CheckResults, type Names } from './check-results';

interface PersonCheckProps {
  rules: Group;
  /** Rows of the rule are left out here, because they are unfinished or only a run can answer them. */
  partly: boolean;
  names: Names;
}

/** Asks for somebody and shows, row by row, whether the rules hold for them and what was seen. */
export function PersonCheck({ rules, partly, names }: PersonCheckProps) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
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
  const ask = (address: string) => {
    setText(address);
    setAsked(address);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(text.trim());
  };
  return (
    <section className="person-check" aria-label="Check a person">
      <form className="row" onSubmit={submit}>
        <PersonInput
          aria-label="Person to check"
          w={280}
          autoFocus
          value={text}
          onChange={setText}
          onPick={({ email }) => ask(email)}
        />
        <Button type="submit" variant="default" disabled={text.trim() === ''}>
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
      {partly ? <p className="label">Rows that are unfinished, or that depend on a run, are skipped.</p> : null}
      {asked ? (
        <Verdict key={asked} rules={rules} names={names} email={asked} />
      ) : (
        <p className="sentence quiet">Each condition shows whether the person meets it and what is known about them.</p>
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
        {data.proof.result ? 'The rules match ' : 'The rules do not match '}
        <b>{email}</b>.
      </p>
      <CheckResults rule={data.rules} proof={data.proof} names={names} />
    </div>
  );
}
