import { Button, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { listAutomations, previewBulk, type BulkAction, type EntryPreview } from '#contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { Problem } from '../../ui/forms/confirm';
import { count, people, plural } from '../../ui/formatting/format';
import type { Selection } from './selection';

interface EnterFormProps {
  chosen: Selection;
  busy: boolean;
  error: unknown;
  onGo: (action: BulkAction) => void;
}

/** Chooses a live automation, says who would come in and who would not and why, and starts it for them. */
export function EnterForm({ chosen, busy, error, onGo }: EnterFormProps) {
  const [id, setId] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const live = useQuery({
    queryKey: ['automations', 'to-enter', q],
    queryFn: ({ signal }) =>
      call(listAutomations, { query: { status: 'live', limit: 100, q: q || undefined } }, { signal }),
    placeholderData: keepPreviousData,
  });
  const [named, setNamed] = useState<{ value: string; label: string }>();
  const found = (live.data?.items ?? []).map((automation) => ({ value: automation.id, label: automation.name }));
  const offered = named && !found.some(({ value }) => value === named.value) ? [named, ...found] : found;
  const of = chosen.ids ? { ids: chosen.ids } : { rules: chosen.rules };
  const preview = useQuery({
    queryKey: ['entry-preview', id, of],
    queryFn: ({ signal }) =>
      call(previewBulk, { body: { ...of, action: { type: 'enter_automation', automation_id: id! } } }, { signal }),
    enabled: id !== null,
    // Who is inside changes by the minute.
    staleTime: 0,
    gcTime: 0,
  });
  const would = preview.data?.would_enter ?? 0;
  return (
    <div className="stack">
      <Select
        label="Automation"
        description="Automations that are live. The conditions of their start are not checked; their entry limit is."
        placeholder="Choose an automation"
        data-autofocus
        searchable
        allowDeselect={false}
        nothingFoundMessage="No live automation has that name"
        searchValue={text}
        onSearchChange={setText}
        data={offered}
        value={id}
        onChange={(value, option) => {
          setId(value);
          setNamed(value !== null && option ? { value, label: option.label } : undefined);
        }}
      />
      <div aria-live="polite" className="stack-tight" data-testid="entry-preview">
        {id === null ? <p className="quiet">Choose one to see who would enter.</p> : null}
        {preview.isFetching ? <p className="quiet">Checking who would enter…</p> : null}
        {preview.data && !preview.isFetching ? <Foretold preview={preview.data} /> : null}
      </div>
      <Problem error={preview.error ?? error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button
          disabled={busy || id === null || preview.isFetching || would === 0}
          onClick={() => id !== null && onGo({ type: 'enter_automation', automation_id: id })}
        >
          {would > 0 ? `Start it for ${people(would)}` : 'Start it'}
        </Button>
      </div>
    </div>
  );
}

function Foretold({ preview: { would_enter, refused } }: { preview: EntryPreview }) {
  return (
    <>
      <p className="sentence">
        {would_enter === 0
          ? 'Nobody would enter.'
          : `${people(would_enter)} would enter now, and its steps begin at once.`}
      </p>
      {refused.map(({ reason, sentence, count: n, people: some }) => (
        <details key={reason} className="entry-refused">
          <summary>
            {plural(n, 'person', 'people')} would not: {sentence}
          </summary>
          <ul tabIndex={0} aria-label={sentence}>
            {some.map((person) => (
              <li key={person.id}>{person.name === '' ? person.email : `${person.name}, ${person.email}`}</li>
            ))}
            {n > some.length ? <li className="quiet">and {count(n - some.length)} more</li> : null}
          </ul>
        </details>
      ))}
    </>
  );
}
