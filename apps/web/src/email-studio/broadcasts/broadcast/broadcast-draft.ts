import { hashKey } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { createSaving, type Save, type Saving } from '../../design/mail/saving';
import { useLastWords } from '../../design/mail/use-last-words';
import { fetchBroadcast, storeBroadcast, type Broadcast, type BroadcastChange } from './broadcasts.queries';

/** What the wizard changes of a broadcast. */
export type BroadcastDraft = Pick<
  Broadcast,
  | 'name'
  | 'subject'
  | 'preheader'
  | 'from'
  | 'reply_to'
  | 'utm'
  | 'topic_id'
  | 'audience'
  | 'include_smart_list_ids'
  | 'exclude_smart_list_ids'
  | 'rules'
  | 'template_id'
  | 'holdout_percent'
  | 'spread'
  | 'local_time'
  | 'test'
>;

const draftOf = (broadcast: Broadcast): BroadcastDraft => ({
  name: broadcast.name,
  subject: broadcast.subject,
  preheader: broadcast.preheader,
  from: broadcast.from,
  reply_to: broadcast.reply_to,
  utm: broadcast.utm,
  topic_id: broadcast.topic_id,
  audience: broadcast.audience,
  include_smart_list_ids: broadcast.include_smart_list_ids,
  exclude_smart_list_ids: broadcast.exclude_smart_list_ids,
  rules: broadcast.rules,
  template_id: broadcast.template_id,
  holdout_percent: broadcast.holdout_percent,
  spread: broadcast.spread,
  local_time: broadcast.local_time,
  test: broadcast.test,
});

/** The server keeps the fields of an object in an order of its own. */
const same = (a: unknown, b: unknown): boolean => hashKey([a]) === hashKey([b]);

/** Of `now` the fields that `before` has otherwise. */
function changesOf(now: BroadcastDraft, before: BroadcastDraft): BroadcastChange {
  const was = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(Object.entries(now).filter(([field, value]) => !same(value, was.get(field))));
}

/** Until the screen is there nothing is changed. */
const notYet: Save<BroadcastDraft> = () => Promise.reject(new Error('The draft is not open yet.'));

export interface Editing {
  now: BroadcastDraft;
  /** As the server has it. */
  stored: Broadcast;
  saving: Saving<BroadcastDraft>;
  set: (change: Partial<BroadcastDraft>) => void;
  /** After a conflict: what is here is saved over what somebody else wrote. */
  takeOver: () => void;
  /** After a conflict: what somebody else wrote replaces what is here. */
  takeTheirs: () => void;
}

/** What a step of the wizard is given. */
export interface StepProps {
  editing: Editing;
  readOnly: boolean;
}

/**
 * A draft while it is edited: saved by itself and by field. What colleagues change of other fields appears here; a field
 * that both changed is asked about.
 * @param read as the query has it, renewed when the server reports a change
 */
export function useBroadcastDraft(read: Broadcast, onStored: (broadcast: Broadcast) => void): Editing {
  const [stored, setStored] = useState(read);
  const known = useRef(read);
  const [now, setNow] = useState(() => draftOf(read));
  const current = useRef(now);
  const put = (next: BroadcastDraft) => {
    current.current = next;
    setNow(next);
  };
  /** Takes over what the server says, but for fields that were changed here since. */
  const took = (answer: Broadcast) => {
    if (answer.revision < known.current.revision) return;
    const mine = changesOf(current.current, draftOf(known.current));
    known.current = answer;
    setStored(answer);
    const merged = { ...draftOf(answer), ...mine } as BroadcastDraft;
    if (!same(merged, current.current)) put(merged);
  };
  const [saving] = useState(() => createSaving(() => undefined, draftOf(read), read.updated_at, notYet));
  useEffect(() =>
    saving.saveWith(async (draft, options) => {
      const { id, revision, updated_at } = known.current;
      const changes = changesOf(draft, draftOf(known.current));
      if (Object.keys(changes).length === 0) return { at: updated_at };
      const answer = await storeBroadcast(id, { ...changes, base_revision: revision }, options);
      took(answer);
      onStored(answer);
      return { at: answer.updated_at };
    }),
  );
  useEffect(() => {
    // While something of ours is on its way, its answer says more.
    if (read.revision <= known.current.revision || saving.state.getState().is !== 'saved') return;
    took(read);
    saving.loadedAs(current.current);
  });
  useLastWords(saving);
  useEffect(() => {
    saving.start();
    return () => {
      saving.stop();
      void saving.flush({ keepalive: true });
    };
  }, [saving]);
  const set = (change: Partial<BroadcastDraft>) => {
    put({ ...current.current, ...change });
    saving.changed(current.current);
  };
  const takeOver = async () => {
    const theirs = await fetchBroadcast(read.id);
    took(theirs);
    saving.changed(current.current);
    saving.resume();
  };
  const takeTheirs = async () => {
    const theirs = await fetchBroadcast(read.id);
    known.current = theirs;
    setStored(theirs);
    put(draftOf(theirs));
    saving.changed(current.current);
    saving.resume();
  };
  return {
    now,
    stored,
    saving,
    set,
    takeOver: () => void takeOver(),
    takeTheirs: () => void takeTheirs(),
  };
}
