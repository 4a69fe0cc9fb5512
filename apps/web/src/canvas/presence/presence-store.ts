import type { AnswerOf, getPresence } from '#contracts';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { newUuid } from '../../api/new-uuid';
import { createStoreContext } from '../../ui/store-context';

export type Present = AnswerOf<typeof getPresence>;
export type PresentTab = Present['tabs'][number];

/** Who else has this automation open. */
export interface Presence {
  /** The id of this browser tab. */
  tab: string;
  /** The other tabs; some may be this person's own. */
  others: readonly PresentTab[];
  /** Says now that this tab wants the open step; set by the link to the server. */
  takeOver: () => void;
}

export const createPresenceStore = (): StoreApi<Presence> =>
  createStore<Presence>()(() => ({ tab: newUuid(), others: [], takeOver: () => undefined }));

export const {
  StoreProvider: PresenceProvider,
  useStoreApi: usePresenceStore,
  useStoreState: usePresence,
} = createStoreContext<Presence>('presence');

/** The other tab that has the first say on a step, if any. */
export const useHolder = (step: string | null): PresentTab | undefined =>
  usePresence(({ others }) => others.find((one) => one.holds && one.node_id === step));

/** One or two letters that stand for a person. */
export const initialsOf = ({ name, email }: Pick<PresentTab, 'name' | 'email'>): string => {
  const words = (name.trim() || email).split(/[\s.@_-]+/).filter(Boolean);
  const letters =
    words.length > 1 ? [words[0]!, words.at(-1)!].map((word) => [...word][0]!) : [...(words[0] ?? '?')].slice(0, 2);
  return letters.join('').toUpperCase();
};

// Without the green of mails, which is also that of what one has selected oneself.
const hues = ['split', 'action', 'entry', 'rule', 'wait'];

/** A colour that is the same for a person everywhere; never the only sign of them. */
export const colourOf = (email: string): string => {
  let sum = 0;
  for (const letter of email) sum = (sum * 31 + letter.codePointAt(0)!) % 1_000_003;
  return `var(--kind-${hues[sum % hues.length]})`;
};
