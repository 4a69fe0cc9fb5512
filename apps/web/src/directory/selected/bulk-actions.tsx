import { Button, Modal, TagsInput } from '@mantine/core';
import { bulkContacts, type BulkAction } from '#contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../api/client';
import { useSeenValues } from '../../rule-builder/suggestions';
import { ListSelect } from '../../smart-lists/list-select';
import { hasEnded, useJob } from '../../smart-lists/smart-lists.queries';
import { UnknownPeople } from '../../smart-lists/unknown-people';
import { Confirm, Problem } from '../../ui/forms/confirm';
import { useFocusWhenGone } from '../../ui/forms/focus-back';
import { people } from '../../ui/formatting/format';
import { BulkUndo } from './bulk-undo';
import { EnterForm } from './enter-form';
import { EntryResult } from './entry-result';
import { ExportPeople } from './export-people';
import type { Selection } from './selection';

/** Beyond this many people a change is asked about again, with the number. */
const askFrom = 100;

interface BulkBarProps {
  chosen: Selection;
  /** Everybody who is found is being looked up. */
  isFinding: boolean;
  /** Why they cannot be chosen. */
  unfound: unknown;
  /** Offers everybody who is found, where that is more than are ticked. */
  onEveryone: (() => void) | undefined;
  onClear: () => void;
}

/** What can be done with the people who are chosen; runs as a job whose end is told here. */
export function BulkActions({ chosen, isFinding, unfound, onEveryone, onClear }: BulkBarProps) {
  const [asking, setAsking] = useState<'tags' | 'list' | 'automation'>();
  const [sure, setSure] = useState<BulkAction>();
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: (action: BulkAction) =>
      call(bulkContacts, { body: { ...(chosen.ids ? { ids: chosen.ids } : { rules: chosen.rules }), action } }),
    onSuccess: () => {
      setAsking(undefined);
      setSure(undefined);
    },
  });
  const job = useJob(start.data?.id).data ?? start.data;
  const ended = job !== undefined && hasEnded(job);
  const bar = useRef<HTMLElement>(null);
  useFocusWhenGone(bar);
  useEffect(() => {
    // The button that had the focus was disabled meanwhile.
    if (ended && document.activeElement === document.body) bar.current?.focus();
    if (ended) void client.invalidateQueries({ queryKey: ['contacts'] });
  }, [ended, client]);
  const number = `${chosen.about ? 'about ' : ''}${people(chosen.count)}`;
  const go = (action: BulkAction) => (chosen.count > askFrom || chosen.about ? setSure(action) : start.mutate(action));
  const isWorking = start.isPending || (job !== undefined && !ended);
  const busy = isWorking || isFinding;
  return (
    <section className="bulk-bar" aria-label="Selected people" tabIndex={-1} ref={bar}>
      <b className="figure">{number}</b>
      <Button variant="default" size="compact-sm" disabled={busy} onClick={() => setAsking('tags')}>
        Tag
      </Button>
      <Button variant="default" size="compact-sm" disabled={busy} onClick={() => setAsking('list')}>
        Add to a list
      </Button>
      <Button variant="default" size="compact-sm" disabled={busy} onClick={() => setAsking('automation')}>
        Start an automation
      </Button>
      <ExportPeople key={chosen.ids?.join() ?? 'everyone'} chosen={chosen} />
      {onEveryone ? (
        <Button variant="subtle" size="compact-sm" onClick={onEveryone}>
          Select everyone found
        </Button>
      ) : null}
      <Button variant="subtle" size="compact-sm" onClick={onClear}>
        Clear selection
      </Button>
      <span role="status">
        {isFinding ? 'Looking for everyone…' : null}
        {isWorking && !job?.progress ? 'Working on it…' : null}
        {job?.status === 'completed' && job.result ? `Done: ${people(job.result.changed)} changed.` : null}
        {job?.status === 'failed' && !job.progress ? `${job.error ?? 'This failed.'} Nothing changed.` : null}
      </span>
      {job?.result ? <BulkUndo key={job.id} job={job} /> : null}
      {job?.progress ? <EntryResult key={job.id} job={job} /> : null}
      {job?.result ? <UnknownPeople names={job.result.unknown} count={job.result.unknown_count} /> : null}
      <Problem error={asking || sure ? undefined : (start.error ?? unfound)} />
      <Modal
        opened={asking !== undefined && sure === undefined}
        onClose={() => setAsking(undefined)}
        title={asking ? titles[asking](number) : ''}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {asking === 'tags' ? <TagForm busy={busy} error={start.error} onGo={go} /> : null}
        {asking === 'list' ? <ListForm busy={busy} error={start.error} onGo={go} /> : null}
        {asking === 'automation' ? (
          <EnterForm chosen={chosen} busy={busy} error={start.error} onGo={start.mutate} />
        ) : null}
      </Modal>
      <Confirm
        opened={sure !== undefined}
        title={`Change ${number}`}
        label={`Change ${number}`}
        busy={busy}
        error={start.error}
        onClose={() => setSure(undefined)}
        onConfirm={() => sure && start.mutate(sure)}
      >
        {sure ? `${wordsOf(sure)} ${number}. Automations that react to this change will start.` : ''}
      </Confirm>
    </section>
  );
}

const titles = {
  tags: (number: string) => `Tags for ${number}`,
  list: (number: string) => `A list for ${number}`,
  automation: (number: string) => `An automation for ${number}`,
};

const wordsOf = (action: BulkAction): string => {
  if ('tags' in action) {
    const tags = action.tags.map((tag) => `“${tag}”`).join(', ');
    return action.type === 'add_tags' ? `This adds the tags ${tags} to` : `This removes the tags ${tags} from`;
  }
  return action.type === 'add_to_list' ? 'This adds to the list' : 'This removes from the list';
};

interface FormProps {
  busy: boolean;
  error: unknown;
  onGo: (action: BulkAction) => void;
}

function TagForm({ busy, error, onGo }: FormProps) {
  const [tags, setTags] = useState<string[]>([]);
  const [text, setText] = useState('');
  const seen = useSeenValues('tags', undefined, text);
  const none = tags.length === 0;
  return (
    <div className="stack">
      <Problem error={error} />
      <TagsInput
        label="Tags"
        data-autofocus
        acceptValueOnBlur
        maxTags={50}
        // Only while something is typed, or the list would lie over the buttons.
        data={text === '' ? [] : seen}
        searchValue={text}
        onSearchChange={setText}
        value={tags}
        onChange={setTags}
      />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" disabled={busy || none} onClick={() => onGo({ type: 'remove_tags', tags })}>
          Remove them
        </Button>
        <Button disabled={busy || none} onClick={() => onGo({ type: 'add_tags', tags })}>
          Add them
        </Button>
      </div>
    </div>
  );
}

function ListForm({ busy, error, onGo }: FormProps) {
  const [id, setId] = useState('');
  return (
    <div className="stack">
      <Problem error={error} />
      <ListSelect
        fitting="static"
        label="List"
        description="Lists that you add people to by hand."
        value={id}
        onChange={setId}
      />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button
          variant="default"
          disabled={busy || id === ''}
          onClick={() => onGo({ type: 'remove_from_list', smart_list_id: id })}
        >
          Remove from the list
        </Button>
        <Button disabled={busy || id === ''} onClick={() => onGo({ type: 'add_to_list', smart_list_id: id })}>
          Add to the list
        </Button>
      </div>
    </div>
  );
}
