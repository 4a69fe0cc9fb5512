const HOUR = 3600;
const DAY = 24 * HOUR;

/**
 * The two kinds of people who sign in. They share code and nothing else: each has a schema, cookies, paths and counts
 * of tries of its own, and a cookie of one opens nothing of the other. A session ends `longest` seconds after it began,
 * and after `idle` seconds without a request; customers come to a course now and then, and can change nothing here.
 */
export const realms = {
  staff: {
    schema: 'cortex_staff',
    path: '/auth/staff',
    cookie: 'cortex_staff',
    longest: 7 * DAY,
    idle: DAY,
    banned: 'This account is banned. Ask an administrator.',
  },
  customer: {
    schema: 'cortex_customers',
    path: '/auth/customer',
    cookie: 'cortex_customer',
    longest: 30 * DAY,
    idle: 7 * DAY,
    banned: 'Your access has ended. Write to us if you think that this is a mistake.',
  },
} as const;
export type Realm = keyof typeof realms;

/** What cookies begin with: only this host may set them and only over TLS, where there is TLS. */
export const cookiePrefix = (realm: Realm, publicUrl: string): string =>
  publicUrl.startsWith('https:') ? `__Host-${realms[realm].cookie}` : realms[realm].cookie;
