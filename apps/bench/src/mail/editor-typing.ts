/**
 * Typing into a mail of 40 blocks, against a bare `contenteditable` in a frame of the same page: from the key until the
 * frame that shows it is drawn. Both take turns in one run. The bar is a p95 at most 5 ms above the bare one, and
 * nothing drawn by React.
 */
import { atRest, browser, builtWeb, commitsOf, countCommits, pageAt, signIn, testApp, type TestApp } from '#testing';
import type { Frame, Page } from 'playwright-core';

const BLOCKS = 40;
const KEYS = 300;
const TURN = 50;
const BAR_MS = 5;
const sentence = 'the quick brown fox jumps over the lazy dog ';

const begun = performance.now();
/** To the terminal, where the minute goes. */
const note = (what: string) => console.error(`${((performance.now() - begun) / 1000).toFixed(1)} s: ${what}`);

await builtWeb();
note('the admin is built');
// There is nothing for a worker to do.
const app = await testApp({ worker: false });
const chromium = await browser();
try {
  const page = await pageAt(app.url, chromium, []);
  await page.addInitScript(countCommits);
  await signIn(page, app.admin);
  await page.goto(`/admin/email/templates/${await mailOfBlocks(app)}`);
  const frames = { ours: await paperOf(page), bare: await bareFrame(page) };
  for (const frame of Object.values(frames)) await frame.evaluate(timeKeys);
  note('both are open');

  const spans = { ours: [] as number[], bare: [] as number[] };
  let commits = 0;
  // The first turn of each warms both up and does not count.
  for (let typed = -TURN; typed < KEYS; typed += TURN) {
    const ofBare = await turn(page, frames.bare, 'body');
    const before = await commitsOf(page);
    const ofOurs = await turn(page, frames.ours, '[contenteditable=true]');
    const drawn = (await commitsOf(page)) - before;
    // What was typed is saved when the hands rest, which must not fall into the next turn.
    await atRest(page);
    if (typed < 0) continue;
    commits += drawn;
    spans.bare.push(...ofBare);
    spans.ours.push(...ofOurs);
  }
  note('typed');
  report(spans, commits);
} finally {
  await chromium.close();
  await app.close();
}

async function mailOfBlocks({ call }: TestApp): Promise<string> {
  const children = Array.from({ length: BLOCKS }, (_, n) => ({
    tagName: 'mj-text',
    attributes: {},
    content: `<p>Paragraph ${n + 1} of the letter.</p>`,
  }));
  const column = { tagName: 'mj-column', attributes: {}, children };
  const design = { v: 1, body: {}, rows: [{ tagName: 'mj-section', attributes: {}, children: [column] }] };
  const made = await call<{ id: string }>('POST', '/email/templates', { name: 'Letter', editor: 'mjml', design });
  if (made.status !== 201) throw new Error(`The template was not made: ${JSON.stringify(made.body)}`);
  return made.body.id;
}

/** The frame of the editor, with a text in the middle of the mail being written in. */
async function paperOf(page: Page): Promise<Frame> {
  await page.getByRole('list', { name: 'Blocks' }).waitFor();
  const frame = await frameAt(page, '[data-testid=paper] iframe.gjs-frame');
  await frame
    .locator('[data-gjs-type=mj-text]')
    .nth(BLOCKS / 2)
    .dblclick();
  await frame.locator('[contenteditable=true]').waitFor();
  return frame;
}

/** A frame of this page with nothing in it but an editable body. */
async function bareFrame(page: Page): Promise<Frame> {
  await page.evaluate(`(() => {
    const frame = document.createElement('iframe');
    frame.id = 'bare';
    Object.assign(frame.style, { position: 'fixed', left: 0, bottom: 0, width: '400px', height: '120px', zIndex: 9 });
    document.body.append(frame);
    frame.contentDocument.body.contentEditable = 'true';
  })()`);
  return frameAt(page, '#bare');
}

async function frameAt(page: Page, selector: string): Promise<Frame> {
  const frame = await (await page.locator(selector).elementHandle())?.contentFrame();
  if (!frame) throw new Error(`There is no frame at ${selector}.`);
  return frame;
}

/** Types into one of the two. Answers how long each key took. */
async function turn(page: Page, frame: Frame, selector: string): Promise<number[]> {
  await frame.locator(selector).first().focus();
  for (let n = 0; n < TURN; n += 1) await page.keyboard.press(sentence[n % sentence.length]!);
  const spans = await frame.evaluate(takeSpans);
  if (spans.length !== TURN) throw new Error(`Of ${TURN} keys ${spans.length} came to ${selector}.`);
  return spans;
}

function at(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
function summary(spans: number[]): { p50: number; p95: number } {
  const sorted = [...spans].sort((a, b) => a - b);
  return { p50: at(sorted, 0.5), p95: at(sorted, 0.95) };
}

function report(spans: { ours: number[]; bare: number[] }, commits: number): void {
  const [ours, bare] = [summary(spans.ours), summary(spans.bare)];
  const above = ours.p95 - bare.p95;
  console.log(`
| ${KEYS} keys into ${BLOCKS} blocks | p50 | p95 |
|---|---|---|
| bare contenteditable | ${bare.p50.toFixed(1)} ms | ${bare.p95.toFixed(1)} ms |
| the editor | ${ours.p50.toFixed(1)} ms | ${ours.p95.toFixed(1)} ms |

p95 above bare: ${above.toFixed(1)} ms (bar ${BAR_MS}). Drawn by React while typing: ${commits} (bar 0).`);
  if (above > BAR_MS || commits > 0) process.exitCode = 1;
}

// What runs in the browser, where these stand on the window.
interface Timing {
  spans: number[];
  document: { addEventListener(type: 'keydown', listener: () => void, capture: true): void };
  requestAnimationFrame(call: () => void): void;
}

function timeKeys(): void {
  const page = globalThis as unknown as Timing;
  page.spans = [];
  const drawn = new MessageChannel();
  const begun: number[] = [];
  // A message that is sent before a frame is drawn comes after it.
  const told = drawn.port1 as unknown as { onmessage: () => void };
  told.onmessage = () => page.spans.push(performance.now() - begun.shift()!);
  page.document.addEventListener(
    'keydown',
    () => {
      begun.push(performance.now());
      page.requestAnimationFrame(() => drawn.port2.postMessage(undefined));
    },
    true,
  );
}
async function takeSpans(): Promise<number[]> {
  const page = globalThis as unknown as Timing;
  await new Promise<void>((done) => page.requestAnimationFrame(() => setTimeout(done, 50)));
  return page.spans.splice(0);
}
