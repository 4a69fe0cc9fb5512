import { liquidFor, chipLabel } from '#designs';
import { Button, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { rowsOf } from '../../../api/paged';
import { useSmartLists } from '../../../smart-lists/smart-lists.queries';
import { people, count } from '../../../ui/formatting/format';
import { useEmptyWords, type Mail, type Place } from '../mail/designs.queries';

interface EmptyWordsProps {
  mail: Mail;
  canShow: (place: Place) => boolean;
  onShow: (place: Place) => void;
}

const places = new Map([
  ['/subject', 'in the subject'],
  ['/preheader', 'in the preview text'],
  ['/text', 'in the plain text'],
]);

/** For whom personal words would come out empty: counted for everybody who can be mailed, or for a list. */
export function EmptyWords({ mail, canShow, onShow }: EmptyWordsProps) {
  const [list, setList] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [q] = useDebouncedValue(typed, 250);
  const lists = rowsOf(useSmartLists(q, '').data);
  const counted = useEmptyWords();
  const found = counted.data?.words;
  return (
    <div className="stack-tight mail-links" data-testid="empty-words">
      <Select
        size="xs"
        label="Empty personal words"
        description="For how many people a word would be empty. Words with a fallback are fine."
        placeholder="Everyone who can be mailed"
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'Everyone who can be mailed' }}
        data={lists.map(({ id, name }) => ({ value: id, label: name }))}
        filter={({ options }) => options}
        value={list}
        onSearchChange={setTyped}
        onChange={(chosen) => {
          counted.reset();
          setList(chosen);
        }}
      />
      <Button
        size="xs"
        variant="default"
        className="start"
        loading={counted.isPending}
        onClick={() => counted.mutate({ mail, listId: list ?? undefined })}
      >
        Count empty words
      </Button>
      {counted.error ? <p className="label">{counted.error.message}</p> : null}
      {counted.data ? (
        <p className="label" role="status">
          {found?.length === 0
            ? `No word is empty for any of ${people(counted.data.people)}.`
            : `Of ${people(counted.data.people)}:`}
        </p>
      ) : null}
      {found?.map(({ pointer, path, empty, line, column }) => {
        const message = `${chipLabel(liquidFor(path))} is empty for ${count(empty)}`;
        const place: Place = { pointer, line, column };
        return (
          <div className="row" key={`${pointer} ${path} ${line ?? 0} ${column ?? 0}`}>
            <span className="label">
              {message}
              {places.has(pointer) ? `, ${places.get(pointer)}` : ''}
              {line === undefined ? '' : `, line ${line}`}
            </span>
            {canShow(place) ? (
              <Button size="compact-xs" variant="default" onClick={() => onShow(place)}>
                Go there
              </Button>
            ) : null}
          </div>
        );
      })}
    </div>
  );
}
