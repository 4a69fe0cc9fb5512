import { useSearchParams } from 'react-router';
import type { ContactActionName } from './actions.queries';
import { formOf } from './actions.queries';

/**
 * The action whose dialog is open, in the address as `?action=`: a link and the command palette open it too. `given`
 * stands in its form at the beginning, in the address as `with.<field>`.
 */
export function useOpenAction() {
  const [search, setSearch] = useSearchParams();
  const name = search.get('action');
  const open = (action: ContactActionName | undefined, given: Record<string, string> = {}) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        for (const key of [...next.keys()]) if (key === 'action' || key.startsWith('with.')) next.delete(key);
        if (action) next.set('action', action);
        for (const [field, value] of Object.entries(given)) next.set(`with.${field}`, value);
        return next;
      },
      { preventScrollReset: true, replace: action === undefined },
    );
  const given = Object.fromEntries(
    [...search].flatMap(([key, value]) => (key.startsWith('with.') ? [[key.slice(5), value]] : [])),
  );
  return { action: name !== null && formOf(name) ? (name as ContactActionName) : undefined, given, open };
}
