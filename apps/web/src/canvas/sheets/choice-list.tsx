import { TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';

export interface Choice {
  id: string;
  label: string;
  kind: string;
  run: () => void;
}

const SHOWN = 30;

/** A list to choose one from by typing, arrows and Enter, or with the pointer. */
export function ChoiceList({ choices, label, none }: { choices: readonly Choice[]; label: string; none: string }) {
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return choices
      .filter((one) => words.every((word) => `${one.label} ${one.kind}`.toLowerCase().includes(word)))
      .slice(0, SHOWN);
  }, [choices, search]);
  return (
    <div
      onKeyDown={(event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step !== undefined && found.length > 0) {
          event.preventDefault();
          setActive((active + step + found.length) % found.length);
        }
        if (event.key === 'Enter') {
          event.preventDefault();
          found[active]?.run();
        }
      }}
    >
      <TextInput
        data-autofocus
        autoFocus
        variant="unstyled"
        className="find-input"
        aria-label={label}
        placeholder={label}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div className="find-list" role="listbox" aria-label="Found">
        {found.map((one, at) => (
          <div
            key={one.id}
            role="option"
            aria-selected={at === active}
            className="find-item"
            onClick={one.run}
            onPointerMove={() => setActive(at)}
          >
            <span>{one.label}</span>
            <span className="label">{one.kind}</span>
          </div>
        ))}
        {found.length === 0 ? <p className="quiet picker-none">{none}</p> : null}
      </div>
    </div>
  );
}
