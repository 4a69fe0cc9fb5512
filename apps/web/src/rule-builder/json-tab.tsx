import { Textarea } from '@mantine/core';
import { readRules, type Group } from '#rules';
import { useState } from 'react';
import { placeOf, type Context } from './tree/rule-edits';

interface JsonTabProps {
  value: Group | undefined;
  context: Context;
  readOnly: boolean;
  /** What was typed before and does not hold yet. */
  draft: string | undefined;
  onDraft: (draft: string | undefined) => void;
  onChange: (value: Group | undefined) => void;
}

/** The rule as it is stored. What is typed is checked at once; only what holds is handed on, nothing is lost. */
export function JsonTab({ value, context, readOnly, draft, onDraft, onChange }: JsonTabProps) {
  const [text, setText] = useState(() => draft ?? (value ? JSON.stringify(value, null, 2) : ''));
  const { rules, problems } = readingOf(text, context);
  const put = (next: string) => {
    setText(next);
    const reading = readingOf(next, context);
    onDraft(reading.problems.length > 0 ? next : undefined);
    if (reading.problems.length === 0) onChange(reading.rules);
  };
  return (
    <div className="stack-tight">
      <Textarea
        aria-label="The rule as JSON"
        className="rule-json"
        autosize
        minRows={8}
        maxRows={24}
        spellCheck={false}
        readOnly={readOnly}
        placeholder='{ "operator": "AND", "conditions": [ { "field": "type", "operator": "eq", "value": "lead" } ] }'
        value={text}
        onChange={(event) => put(event.currentTarget.value)}
      />
      {problems.length > 0 ? (
        <ul className="rule-problems" role="alert">
          {problems.map(({ pointer, message }) => (
            <li key={pointer + message}>
              {pointer ? <code>{pointer}</code> : null} {message}
            </li>
          ))}
        </ul>
      ) : rules ? (
        <p className="label">This rule is valid.</p>
      ) : null}
    </div>
  );
}

interface JsonReading {
  rules: Group | undefined;
  /** Where (a JSON pointer into the rule; empty: the whole) and what to do. */
  problems: { pointer: string; message: string }[];
}

function readingOf(text: string, context: Context): JsonReading {
  if (text.trim() === '') return { rules: undefined, problems: [] };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it could not be read';
    return { rules: undefined, problems: [{ pointer: '', message: `This is not valid JSON yet: ${why}` }] };
  }
  const { rules, troubles } = readRules(json, placeOf(context));
  const pointerTo = (path: readonly (string | number)[]) =>
    path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return {
    rules,
    problems: (troubles ?? []).map(({ path, message }) => ({ pointer: pointerTo(path), message })),
  };
}
