import { Link } from 'react-router';
import { listed, plural } from '../ui/format';
import type { SmartList } from './smart-lists.queries';

type User = SmartList['used_by'][number];

const nouns: Record<string, [one: string, many: string]> = {
  automation: ['automation', 'automations'],
  smart_list: ['list', 'lists'],
  broadcast: ['broadcast', 'broadcasts'],
};

/** `3 automations and 2 broadcasts` */
export function usedBy(users: readonly User[]): string {
  const kinds = [...new Set(users.map(({ kind }) => kind))];
  return listed(
    kinds.map((kind) => {
      const [one, many] = nouns[kind] ?? ['other thing', 'other things'];
      return plural(users.filter((user) => user.kind === kind).length, one, many);
    }),
  );
}

const addresses: Record<string, (id: string) => string> = {
  automation: (id) => `/admin/automations/${id}`,
  smart_list: (id) => `/admin/smart-lists/${id}`,
  broadcast: (id) => `/admin/email/wizard?broadcast=${id}`,
};

/** What uses a list, by name, each a link. */
export function Users({ users }: { users: readonly User[] }) {
  return users.map((user, at) => {
    const to = addresses[user.kind]?.(user.id);
    return (
      <span key={`${user.kind} ${user.id}`}>
        {at === 0 ? '' : at === users.length - 1 ? ' and ' : ', '}
        {to ? <Link to={to}>{user.name}</Link> : user.name}
      </span>
    );
  });
}
