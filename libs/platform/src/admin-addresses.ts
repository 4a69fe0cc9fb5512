/** The address of a screen below `/admin`, made here and nowhere else on the server. */
export type AdminAddress = string & { readonly of: 'admin' };

const at = (path: string, query: Record<string, string | undefined> = {}, part = ''): AdminAddress => {
  const given = Object.entries(query).filter((one): one is [string, string] => one[1] !== undefined && one[1] !== '');
  const search = new URLSearchParams(given).toString();
  return `/admin/${path}${search && `?${search}`}${part && `#${part}`}` as AdminAddress;
};

/** Where the screens are that a notice can lead to. */
export const adminAddresses = {
  automation: (id: string): AdminAddress => at(`automations/${id}`),
  /** The live version, with a step of it open. */
  liveStep: (id: string, step: string | null): AdminAddress =>
    at(`automations/${id}`, { mode: 'live', step: step ?? undefined }),
  outbox: (state: string): AdminAddress => at('outbox', { state }),
  settings: (part?: string): AdminAddress => at('settings', {}, part),
};
