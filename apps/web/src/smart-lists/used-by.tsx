import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { listed, plural } from '../ui/formatting/format';
import type { SmartList } from './smart-lists.queries';

type User = SmartList['used_by'][number];

const nouns = new Map<string, [one: string, many: string]>([
  ['automation', ['automation', 'automations']],
  ['smart_list', ['list', 'lists']],
  ['broadcast', ['broadcast', 'broadcasts']],
]);

/** `3 automations and 2 broadcasts` */
export function usedBy(users: readonly User[]): string {
  const kinds = [...new Set(users.map(({ kind }) => kind))];
  return listed(
    kinds.map((kind) => {
      const [one, many] = nouns.get(kind) ?? ['other thing', 'other things'];
      return plural(users.filter((user) => user.kind === kind).length, one, many);
    }),
  );
}

const addresses = new Map<string, (id: string) => string>([
  ['automation', adminAddresses.automation],
  ['smart_list', adminAddresses.smartList],
  ['broadcast', adminAddresses.broadcast],
]);

/** What uses a list, by name, each a link. */
export function Users({ users }: { users: readonly User[] }) {
  return users.map((user, at) => {
    const to = addresses.get(user.kind)?.(user.id);
    return (
      <span key={`${user.kind} ${user.id}`}>
        {at === 0 ? '' : at === users.length - 1 ? ' and ' : ', '}
        {to ? <Link to={to}>{user.name}</Link> : user.name}
      </span>
    );
  });
}
