export type Role = 'viewer' | 'marketer' | 'support' | 'admin';
export type Scope = 'ingest' | 'read' | 'write' | 'admin';

/** Who is acting. `label` goes into the audit and into activities; it is an address or a key's name, never a secret. */
export type Actor =
  | { kind: 'staff'; id: string; label: string; role: Role }
  | { kind: 'key'; id: string; label: string; scopes: Scope[] }
  | { kind: 'system'; id: string; label: string };

export const systemActor = (label: string): Actor => ({ kind: 'system', id: label, label });

/** Whether they may do what only administrators may, where that depends on more than the route. */
export const isAdmin = (actor: Actor): boolean =>
  actor.kind === 'staff' ? actor.role === 'admin' : actor.kind === 'key' ? actor.scopes.includes('admin') : true;
