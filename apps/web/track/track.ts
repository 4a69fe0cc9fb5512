import { drop, forget, get, keep, push, put, waiting, type Activity } from './queue';

/** Who is at this browser: a made-up id, and the person whose address the shop's server has signed. */
interface Who {
  id: string;
  email?: string;
  signature?: string;
}

type Call = [name: string, ...given: unknown[]];

const script = document.currentScript as HTMLScriptElement;
const setting = (name: string): string | undefined => script.dataset[name];
const url = `${new URL(script.src).origin}/track?key=${encodeURIComponent(setting('key') ?? '')}`;

const BATCH = 50;
/** Bytes of a body: less than what the server takes, and what a browser still sends of a page that is being left. */
const LONGEST = 50_000;
const encoder = new TextEncoder();
const SOON_MS = 300;
const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_MS = 300_000;

/** Codes of what is no better when it is sent again. */
const refused = new Set(['invalid_request', 'invalid_json', 'too_many_items', 'too_large']);

const asksForPrivacy =
  setting('privacy') === 'respect' &&
  (navigator.doNotTrack === '1' || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true);
let mayKeep = !asksForPrivacy && setting('consent') !== 'wait';
let mayRecord = !asksForPrivacy;
let failures = 0;
let notBefore = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let isSending = false;
/** What was sent by a page that may be gone before the answer. */
const handedOver = new Set<string>();
let shown: string | undefined;

/** A random UUID; pages without https have no `crypto.randomUUID`. */
const newId = (): string =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (+digit / 4)))).toString(16),
  );

function who(): Who {
  try {
    const kept = JSON.parse(get('who') ?? '') as Who;
    if (kept.id) return kept;
  } catch {
    // Nobody yet, or somebody else has written it.
  }
  return remember({ id: newId() });
}

function remember(now: Who): Who {
  put('who', JSON.stringify(now));
  return now;
}

function trackActivity(type: string, metadata: object = {}): void {
  if (!mayRecord) return;
  const { id, email, signature } = who();
  push({
    id: newId(),
    anonymous_id: id,
    // An address that nobody has signed proves nothing, so it stays here.
    ...(signature ? { contact_email: email, signature } : {}),
    type,
    metadata,
    occurred_at: new Date().toISOString(),
  });
  later(SOON_MS);
}

/** Says who the visitor is. Only with the signature of the shop's server is it believed. */
function identify(email: string, traits: object = {}, signature?: string): void {
  if (!mayRecord) return;
  let now = who();
  // Somebody else at this browser begins anew.
  if (now.email && now.email !== email) now = { id: newId() };
  remember({ id: now.id, email, signature: signature ?? now.signature });
  trackActivity('identified', traits);
}

/** Whoever comes next at this browser is a new visitor. What waits is still sent as whose it was. */
const reset = (): void => drop('who');

/** Records a view of this page. */
const page = (metadata: object = {}): void =>
  trackActivity('page_view', { path: location.pathname, title: document.title, ...metadata });

/** A page view for each address that a single-page application shows. */
function seen(): void {
  if (shown === location.pathname) return;
  shown = location.pathname;
  page();
}

/** Yes: keep and send, from now on and on the next pages. No: remove all that is kept and record nothing. */
function consent(isGiven: boolean): void {
  if (asksForPrivacy) return;
  mayRecord = mayKeep = isGiven;
  if (!isGiven) return forget();
  keep();
  put('consent', 'yes');
  later(0);
}

function later(ms: number): void {
  if (!mayKeep) return;
  clearTimeout(timer);
  timer = setTimeout(() => void alone(() => send()), Math.max(ms, notBefore - Date.now()));
}

/** One tab at a time, where the browser can say so; two would send the same twice, which counts once. */
const alone = (work: () => Promise<void>): Promise<void> =>
  navigator.locks ? navigator.locks.request('cortex', work) : work();

function nextBatch(): { keys: string[]; body: string } | undefined {
  const keys: string[] = [];
  const activities: Activity[] = [];
  let length = 0;
  for (const key of waiting()) {
    if (handedOver.has(key)) continue;
    const text = get(key) ?? '';
    length += encoder.encode(text).length;
    if (keys.length === BATCH || (keys.length > 0 && length > LONGEST)) break;
    try {
      activities.push(JSON.parse(text) as Activity);
      keys.push(key);
    } catch {
      drop(key);
    }
  }
  return keys.length > 0
    ? { keys, body: JSON.stringify({ sent_at: new Date().toISOString(), activities }) }
    : undefined;
}

async function send(isLeaving = false): Promise<void> {
  if (!mayKeep || (isSending && !isLeaving)) return;
  const batch = nextBatch();
  if (!batch) return;
  if (isLeaving && !('keepalive' in Request.prototype)) {
    // No answer comes: what was sent is sent again by the next page, and counts once.
    navigator.sendBeacon(url, batch.body);
    return;
  }
  isSending = true;
  if (isLeaving) for (const key of batch.keys) handedOver.add(key);
  let pause: number | undefined;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: batch.body,
      // As text no browser asks for permission first.
      headers: { 'content-type': 'text/plain' },
      credentials: 'omit',
      keepalive: isLeaving,
      // The other tabs wait for this one.
      signal: AbortSignal.timeout?.(PATIENCE_MS),
    });
    if (answer.ok || refused.has(((await answer.json()) as { code: string }).code)) batch.keys.forEach(drop);
    else pause = Number(answer.headers.get('retry-after') ?? 1) * 1000;
  } catch {
    pause = 0;
  }
  isSending = false;
  for (const key of batch.keys) handedOver.delete(key);
  failures = pause === undefined ? 0 : failures + 1;
  notBefore =
    pause === undefined
      ? 0
      : Date.now() + Math.max(pause, Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures) * Math.random());
  if (waiting().length > 0) later(0);
}

const api = { trackActivity, identify, reset, page, consent };
const calls = new Map<string, (...given: never[]) => void>(Object.entries(api));
const run = ([name, ...given]: Call): void => calls.get(name)?.(...(given as never[]));

const place = window as unknown as { cortex?: Call[] } & Record<string, unknown>;
const before = place.cortex;
place.cortex = Object.assign([] as Call[], api, { push: (...more: Call[]) => (more.forEach(run), 0) });
for (const name of ['trackActivity', 'identify', 'reset'] as const) place[name] ??= api[name];

if (!mayKeep && mayRecord) {
  // A yes of an earlier page is all that may stand there.
  try {
    mayKeep = localStorage.getItem('cortex.consent') === 'yes';
  } catch {
    // A browser that keeps nothing.
  }
}
if (mayKeep) keep();
if (Array.isArray(before)) before.forEach(run);

if (setting('pages') === 'auto') {
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = function (...given) {
      change.apply(this, given);
      seen();
    };
  }
  addEventListener('popstate', seen);
  seen();
}
addEventListener('online', () => {
  notBefore = 0;
  later(0);
});
addEventListener('pagehide', () => void send(true));
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') void send(true);
  else later(0);
});
later(0);
