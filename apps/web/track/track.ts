import { createTracker } from './tracker.js';

type Call = [name: string, ...given: unknown[]];

const script = document.currentScript as HTMLScriptElement;
const { key = '', ...settings } = script.dataset;
const place = window as unknown as { cortex?: Call[] } & Record<string, unknown>;
const before = place.cortex;

const { trackActivity, identify, reset, page, consent } = createTracker({
  ...settings,
  url: new URL(script.src).origin,
  key,
});
const api = { trackActivity, identify, reset, page, consent };
const calls = new Map<string, (...given: never[]) => void>(Object.entries(api));
const run = ([name, ...given]: Call): void => calls.get(name)?.(...(given as never[]));

place.cortex = Object.assign([] as Call[], api, { push: (...more: Call[]) => (more.forEach(run), 0) });
for (const name of ['trackActivity', 'identify', 'reset'] as const) place[name] ??= api[name];
if (Array.isArray(before)) before.forEach(run);
