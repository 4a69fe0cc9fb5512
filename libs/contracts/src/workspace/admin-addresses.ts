import type { Group } from '#rules';

/** The address of a screen of the admin. They are made here and nowhere else, for the links on screens and in notices. */
export type AdminAddress = string & { readonly of: 'admin' };

const ROOT = '/admin' as AdminAddress;

const at = (path: string, query: Record<string, string | undefined> = {}, part = ''): AdminAddress => {
  const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined && one[1] !== '');
  const search = new URLSearchParams(given).toString();
  return `${ROOT}/${path}${search && `?${search}`}${part && `#${part}`}` as AdminAddress;
};

/** Where each screen is. An id goes into the path as it is: a UUID. */
export const adminAddresses = {
  home: ROOT,
  directory: at('directory'),
  importPeople: at('directory/import'),
  duplicates: at('directory/duplicates'),
  /** The people for whom these rules hold. */
  peopleOf: (rules: Group): AdminAddress => at('directory', { rules: JSON.stringify(rules) }),
  /** One person, over the directory. */
  contact: (id: string): AdminAddress => at('directory', { contact: id }),
  /** One person on a page of their own. */
  person: (id: string): AdminAddress => at(`directory/${id}`),
  smartLists: at('smart-lists'),
  smartList: (id: string): AdminAddress => at(`smart-lists/${id}`),
  newSmartList: (given: { kind?: 'static'; rules?: Group } = {}): AdminAddress =>
    at('smart-lists/new', { kind: given.kind, rules: given.rules && JSON.stringify(given.rules) }),
  automations: at('automations'),
  automation: (id: string): AdminAddress => at(`automations/${id}`),
  newAutomation: at('automations/new'),
  /** The live version, with a step of it open. */
  liveStep: (automation: string, step: string | null): AdminAddress =>
    at(`automations/${automation}`, { mode: 'live', step: step ?? undefined }),
  /** The live version, with one person's path through it. */
  run: (automation: string, run: string): AdminAddress => at(`automations/${automation}`, { mode: 'live', run }),
  emailStudio: at('email-studio'),
  /** One broadcast: its draft by steps, and once it is sent what became of it. */
  broadcast: (id: string, step?: 'settings' | 'audience' | 'design' | 'review'): AdminAddress =>
    at('email/wizard', { broadcast: id, step }),
  /** The gallery of e-mail templates, of marketing mail unless another stream is named. */
  templates: (stream?: 'broadcast' | 'transactional'): AdminAddress =>
    at('email/templates', { stream: stream === 'transactional' ? stream : undefined }),
  /** One template in its editor. */
  template: (id: string): AdminAddress => at(`email/templates/${id}`),
  outbox: (state?: string): AdminAddress => at('outbox', { state }),
  mail: (id: string): AdminAddress => at('outbox', { message: id }),
  audit: at('audit'),
  settings: (part?: string): AdminAddress => at('settings', {}, part),
};

/** Whether a path that came from outside leads to a screen of the admin. */
export const isAdminAddress = (path: string): path is AdminAddress =>
  path === ROOT || ['/', '?', '#'].some((next) => path.startsWith(ROOT + next));
