import { Textarea } from '@mantine/core';
import { readRules, type Group } from '#rules';
import { useState } from 'react';
import { placeOf, type Context } from './edit';

interface JsonTabProps {
  value: Group | undefined;
  context: Context;
  onChange: (value: Group | undefined) => void;
}

/** The rule as it is stored. What is typed is checked at once; only what holds is handed on, nothing is lost. */
export function JsonTab({ value, context, onChange }: JsonTabProps) {
  const [text, setText] = useState(() => (value ? JSON.stringify(value, null, 2) : ''));
  const problems = problemsOf(text, context);
  const put = (next: string) => {
    setText(next);
    if (next.trim() === '') return onChange(undefined);
    const read = parse(next);
    if (read === undefined) return;
    const { rules } = readRules(read, placeOf(context));
    if (rules) onChange(rules);
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
        placeholder='{ "operator": "AND", "conditions": [ { "field": "type", "operator": "eq", "value": "lead" } ] }'
        value={text}
        onChange={(event) => put(event.currentTarget.value)}
      />
      {problems.length > 0 ? (
        <ul className="rule-problems" role="alert">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemsOf(text: string, context: Context): string[] {
  if (text.trim() === '') return [];
  try {
    const { troubles } = readRules(JSON.parse(text), placeOf(context));
    return (troubles ?? []).map(({ path, message }) => (path.length > 0 ? `${path.join(' › ')}: ${message}` : message));
  } catch (error) {
    return [`This is not JSON yet: ${error instanceof Error ? error.message : 'it cannot be read'}`];
  }
}
