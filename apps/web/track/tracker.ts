import { createKept, type Activity } from './queue.js';

export interface TrackerOptions {
  /** Where Cortex is, such as `https://cortex.example.com`. */
  url: string;
  /** A write key, in pages; a server key, in programs. */
  key: string;
  /** `wait`: nothing is kept or sent before `consent(true)`. */
  consent?: string;
  /** `respect`: whoever asks for privacy by Do Not Track or Global Privacy Control is not recorded. */
  privacy?: string;
  /** `auto`: page views are recorded by themselves, also of single-page applications. */
  pages?: string;
}

/** Whose an activity is, in a program that records for many. */
export interface Whose {
  email?: string;
  /** An id of a visitor that the program makes up. */
  visitor?: string;
}

export interface Tracker {
  /** Records what somebody did; `type` in lower snake case, such as `checkout.abandoned`. */
  trackActivity(type: string, metadata?: object, whose?: Whose): void;
  /** Says who the visitor is. Of a page only the signature of the shop's server is believed. */
  identify(email: string, traits?: object, signature?: string): void;
  /** Whoever comes next is a new visitor. What waits is still sent as whose it was. */
  reset(): void;
  /** Records a view of this page. */
  page(metadata?: object): void;
  /** Yes: keep and send, from now on and on the next pages. No: remove all that is kept and record nothing. */
  consent(isGiven: boolean): void;
  /** Sends what waits; resolves when it was taken, or could not be sent now. */
  flush(): Promise<void>;
}

/** Who is at this browser: a made-up id, and the person whose address the shop's server has signed. */
interface Who {
  id: string;
  email?: string;
  signature?: string;
  /** What the link of a mail carried, and until when it is worth sending. */
  proof?: string;
  until?: number;
}

const BATCH = 50;
/** Bytes of a body: less than what the server takes, and what a browser still sends of a page that is being left. */
const LONGEST = 50_000;
const SOON_MS = 300;
const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_MS = 300_000;
/** How long the proof of a link counts, for the browser that came with it first. */
const PROVEN_MS = 86_400_000;

/** Codes of what is no better when it is sent again. */
const refused = new Set(['invalid_request', 'invalid_json', 'too_many_items', 'too_large']);

/** A random UUID; pages without https have no `crypto.randomUUID`. */
const newId = (): string =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (+digit ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (+digit / 4)))).toString(16),
  );

/** Records activities of a page's visitor, or of a program's people, and sends them as the network lets it. */
export function createTracker(options: TrackerOptions): Tracker {
  const isPage = typeof window !== 'undefined';
  // What a write key says is believed no more in a program than in a page.
  const isBelieved = !isPage && !options.key.startsWith('cx_write_');
  const url = isBelieved ? `${options.url}/activities` : `${options.url}/track?key=${encodeURIComponent(options.key)}`;
  // As text no browser asks for permission first.
  const headers: Record<string, string> = isBelieved
    ? { 'content-type': 'application/json', authorization: `Bearer ${options.key}` }
    : { 'content-type': 'text/plain' };
  const encoder = new TextEncoder();
  const { keep, forget, put, get, drop, waiting, push } = createKept();
  const asksForPrivacy =
    isPage &&
    options.privacy === 'respect' &&
    (navigator.doNotTrack === '1' || (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true);
  let mayKeep = !asksForPrivacy && options.consent !== 'wait';
  let mayRecord = !asksForPrivacy;
  let failures = 0;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSending = false;
  /** What was sent by a page that may be gone before the answer. */
  const handedOver = new Set<string>();
  let shown: string | undefined;

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

  function trackActivity(type: string, metadata: object = {}, whose?: Whose): void {
    if (!mayRecord) return;
    const {
      id,
      email,
      signature,
      proof,
      until = 0,
    }: Who = isBelieved && whose ? { id: whose.visitor ?? '', email: whose.email } : who();
    push({
      id: newId(),
      ...(id ? { anonymous_id: id } : {}),
      // An address that nobody has signed proves nothing, so it stays here.
      ...(signature && !isBelieved ? { contact_email: email, signature } : {}),
      ...(isBelieved && email ? { contact_email: email } : {}),
      ...(!signature && until > Date.now() ? { proof } : {}),
      type,
      metadata,
      occurred_at: new Date().toISOString(),
    });
    later(SOON_MS);
  }

  function identify(email: string, traits: object = {}, signature?: string): void {
    if (!mayRecord) return;
    let now = who();
    // Somebody else at this browser begins anew.
    if (now.email && now.email !== email) now = { id: newId() };
    remember({ ...now, email, signature: signature ?? now.signature });
    trackActivity('identified', traits);
  }

  /** Takes the proof of a mail's link out of the address, and keeps it with whoever is here unless they are known better. */
  function readProof(): void {
    const found = /[?&]cortex_proof=([\w-]*)(&?)/.exec(location.search);
    if (!found) return;
    const rest = location.search.replace(found[0], found[2] ? found[0][0]! : '');
    history.replaceState(history.state, '', location.pathname + rest + location.hash);
    if (!mayRecord || who().signature) return;
    remember({ ...who(), proof: found[1]!, until: Date.now() + PROVEN_MS });
    trackActivity('identified');
  }

  const page = (metadata: object = {}): void =>
    trackActivity('page_view', isPage ? { path: location.pathname, title: document.title, ...metadata } : metadata);

  /** A page view for each address that a single-page application shows. */
  function seen(): void {
    if (shown === location.pathname) return;
    shown = location.pathname;
    page();
  }

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
    isPage && navigator.locks ? navigator.locks.request('cortex', work) : work();

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
    const sent = isBelieved ? { activities } : { sent_at: new Date().toISOString(), activities };
    return keys.length > 0 ? { keys, body: JSON.stringify(sent) } : undefined;
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
        headers,
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

  async function flush(): Promise<void> {
    const before = failures;
    while (mayKeep && waiting().length > 0 && failures <= before) {
      if (isSending) await new Promise((done) => setTimeout(done, SOON_MS));
      else await alone(() => send());
    }
  }

  if (!mayKeep && mayRecord) {
    // A yes of an earlier page is all that may stand there.
    try {
      mayKeep = localStorage.getItem('cortex.consent') === 'yes';
    } catch {
      // A browser that keeps nothing, or none.
    }
  }
  if (mayKeep) keep();
  if (isPage) readProof();

  function listen(): void {
    if (options.pages === 'auto') {
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
  }

  // After what the page says in the same breath, such as a no.
  if (isPage) queueMicrotask(listen);

  return { trackActivity, identify, reset: () => drop('who'), page, consent, flush };
}
