import { usualAssumptions, type Assume, type Assumption } from '#contracts';
import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { plural } from '../../ui/formatting/format';

interface AssumedProps {
  assumed: readonly Assumption[];
  assume: Assume;
  onChange: (values: Partial<Assume>) => void;
}

/** What the replay took for granted, each as a sentence; what can be chosen is changed in its place. */
export function BacktestAssumptions({ assumed, assume, onChange }: AssumedProps) {
  const keys = Object.keys(usualAssumptions) as (keyof Assume)[];
  const changed = keys.filter((key) => assume[key] !== usualAssumptions[key]).length;
  const [open, setOpen] = useState(false);
  return (
    <details
      className="assumed"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      data-testid="backtest-assumed"
    >
      <summary className="label">
        Assumptions ({assumed.length}
        {changed > 0 ? `, ${changed} changed` : ''})
      </summary>
      <ul className="sentence">
        {assumed.map((one) => (
          <li key={one.code} data-testid={`assumed-${one.code}`}>
            {one.key === undefined || one.said === undefined ? (
              one.text
            ) : (
              <Chosen one={one} name={one.key} said={one.said} value={assume[one.key]} onChange={onChange} />
            )}
          </li>
        ))}
      </ul>
      {changed > 0 ? (
        <Button variant="subtle" size="compact-xs" onClick={() => onChange(usualAssumptions)}>
          Reset to the usual assumptions
        </Button>
      ) : null}
    </details>
  );
}

interface ChosenProps {
  one: Assumption;
  name: keyof Assume;
  said: string;
  /** What is wanted now: the sentence may still be of the replay before. */
  value: string | number;
  onChange: AssumedProps['onChange'];
}

/** A sentence with its value as a control inside it. */
function Chosen({ one, name, said, value, onChange }: ChosenProps) {
  const at = one.text.indexOf(said);
  const [before, after] = [one.text.slice(0, at), one.text.slice(at + said.length)];
  return (
    <>
      {before}
      {one.options ? (
        <NativeSelect
          className="assumed-value"
          size="xs"
          aria-label={`Assumed: ${one.text}`}
          value={String(value)}
          data={one.options.map((option) => ({ value: option.value, label: option.said }))}
          onChange={(event) => onChange({ [name]: event.currentTarget.value })}
        />
      ) : (
        <Percent
          label={`Assumed: ${one.text}`}
          value={Number(value)}
          onChange={(wanted) => onChange({ [name]: wanted })}
        />
      )}
      {after} <span className="label">{hanging(one)}</span>
    </>
  );
}

/** Taken over when it is left or by Enter, so that not every digit is replayed. */
function Percent({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  const [shown, setShown] = useState<number | string>(value);
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setShown(value);
  }
  const take = () => {
    const wanted = typeof shown === 'number' ? Math.round(Math.min(100, Math.max(0, shown))) : value;
    setShown(wanted);
    if (wanted !== value) onChange(wanted);
  };
  return (
    <NumberInput
      className="assumed-value"
      size="xs"
      w={84}
      aria-label={label}
      min={0}
      max={100}
      allowDecimal={false}
      suffix="%"
      value={shown}
      onChange={setShown}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

/** How much hung on it. */
function hanging({ code, count }: Assumption): string {
  if (count === undefined) return '';
  if (code === 'mail_delivered') return plural(count, 'e-mail', 'e-mails');
  return count === 0 ? 'No decision depended on it.' : `${plural(count, 'decision', 'decisions')} depended on it.`;
}
