import type { ContactActionPreview } from '#contracts';
import { TextInput } from '@mantine/core';
import { useEffect, useRef } from 'react';

interface ConfirmationProps {
  asked: NonNullable<ContactActionPreview['confirm']>;
  typed: string;
  /** What is wrong with it. */
  problem: string | undefined;
  /** The refusal that says so; another one each time. */
  refused: unknown;
  onChange: (text: string) => void;
}

/** What is typed to say that this is meant. Whoever mistyped it is taken back to it, however far down it stands. */
export function Confirmation({ asked, typed, problem, refused, onChange }: ConfirmationProps) {
  const field = useRef<HTMLInputElement>(null);
  const mistake = problem === undefined ? undefined : refused;
  useEffect(() => {
    if (mistake === undefined) return;
    field.current?.focus({ preventScroll: true });
    // In the middle, so that what is said below it is seen too.
    field.current?.scrollIntoView({ block: 'center' });
  }, [mistake]);
  return (
    <TextInput
      ref={field}
      label={asked.label}
      description={asked.value_hint}
      error={problem}
      autoComplete="off"
      value={typed}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
