import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '#platform';
import type axeCore from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { until } from './until.js';

const root = projectRoot();
const require = createRequire(import.meta.url);

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
];

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * A headless Chromium for a spec; close it in `afterAll`. On Linux x64 it comes from npm and needs nothing
 * of the system; elsewhere the installed Chromium or Chrome is used.
 * @throws Error with a sentence when there is no browser: a browser spec never passes without one.
 */
export async function browser(): Promise<Browser> {
  // Only now, so that specs without a browser do not load it with the kit.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ ...(await executable()), args: flags });
}

/**
 * A headless Chromium that keeps what pages store in a folder, as a person's does, and can be killed as by a loss of
 * power. `kill` is also its way to be closed.
 */
export async function browserOnDisk(folder: string): Promise<{ chromium: Browser; kill: () => Promise<void> }> {
  const { chromium } = await import('playwright-core');
  const { executablePath, env } = await executable();
  const portFile = join(folder, 'DevToolsActivePort');
  await rm(portFile, { force: true });
  const own = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'];
  const running = spawn(executablePath, [...flags, ...own], { env, stdio: 'ignore' });
  const ended = once(running, 'exit');
  await until(() => existsSync(portFile));
  const port = (await readFile(portFile, 'utf8')).split('\n')[0];
  return {
    chromium: await chromium.connectOverCDP(`http://127.0.0.1:${port}`),
    kill: async () => {
      running.kill('SIGKILL');
      await ended;
    },
  };
}

/** @throws Error with a sentence when there is none */
async function executable(): Promise<{ executablePath: string; env?: Record<string, string> }> {
  if (process.platform === 'linux' && process.arch === 'x64') {
    const folder = await unpackedChromium();
    return {
      executablePath: join(folder, 'chromium'),
      env: {
        HOME: folder,
        LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
        FONTCONFIG_FILE: join(folder, 'fonts.conf'),
      },
    };
  }
  const executablePath = installed.find((path) => existsSync(path));
  if (!executablePath)
    throw new Error(`No browser was found. Install Chromium or Chrome at one of: ${installed.join(', ')}.`);
  return { executablePath };
}

/**
 * A page with a browser's memory of its own, 1440 × 900 and without motion.
 * @param broken gets what throws on the page
 * @param more for example a time zone
 */
export async function pageAt(
  url: string,
  chromium: Browser,
  broken: string[],
  more: BrowserContextOptions = {},
): Promise<Page> {
  const context = await chromium.newContext({
    baseURL: url,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => broken.push(String(error)));
  return page;
}

interface Counted {
  commits: number;
  __REACT_DEVTOOLS_GLOBAL_HOOK__: object;
}

/** Counts what React draws on a page, as its developer tools would see it; for `page.addInitScript`. See `commitsOf`. */
export function countCommits(): void {
  const page = globalThis as unknown as Counted;
  page.commits = 0;
  page.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true,
    isDisabled: false,
    inject: () => 1,
    onCommitFiberRoot: () => (page.commits += 1),
    onCommitFiberUnmount: () => undefined,
    onPostCommitFiberRoot: () => undefined,
  };
}

export const commitsOf = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { commits: number }).commits);

/**
 * Waits until React has drawn nothing for a second, which is longer than the editors wait before they save.
 * @throws Error after a minute
 */
export async function atRest(page: Page): Promise<void> {
  const calm = await page.evaluate(async () => {
    const counted = globalThis as unknown as { commits: number };
    const end = performance.now() + 60_000;
    for (let seen = -1; performance.now() < end;) {
      if (seen === counted.commits) return true;
      seen = counted.commits;
      await new Promise((done) => setTimeout(done, 1_000));
    }
    return false;
  });
  if (!calm) throw new Error('The page did not come to rest within a minute.');
}

/**
 * Types 300 characters into a text that is being written in, one in each frame.
 * @returns how often React drew meanwhile. A machine so busy that the hands seem to rest lets the editor save, which
 *   draws a little: far less than one for each character, and not nothing.
 */
export async function drawnWhileTyping(page: Page, text: Locator): Promise<number> {
  const before = await commitsOf(page);
  await text.evaluate(async (el) => {
    for (let n = 0; n < 300; n += 1) {
      el.ownerDocument.execCommand('insertText', false, 'abcdefghi '[n % 10]!);
      await new Promise((done) => el.ownerDocument.defaultView!.requestAnimationFrame(done));
    }
  });
  return (await commitsOf(page)) - before;
}

/** Signs somebody in and goes where they wanted to. */
export async function signIn(
  page: Page,
  { email, password }: { email: string; password: string },
  to = '/admin',
): Promise<void> {
  await page.goto(`/sign-in?to=${encodeURIComponent(to)}`);
  await page.getByLabel('E-mail address').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => `${url.pathname}${url.search}` === to);
}

/** Unpacks npm's Chromium once a machine; several test processes may do so at once, the first to finish wins. */
async function unpackedChromium(): Promise<string> {
  const packageFile = join(dirname(require.resolve('@sparticuz/chromium')), '..', '..', 'package.json');
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };
  const folder = join(tmpdir(), `cortex-chromium-${version}-${userInfo().uid}`);
  if (existsSync(folder)) return folder;
  const unpacking = await mkdtemp(`${folder}.`);
  // The package unpacks into TMPDIR, and its system libraries only where it believes to be on Lambda.
  const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    env: { TMPDIR: unpacking, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
  }).catch((error: unknown) => {
    throw new Error('The Chromium that comes from npm could not be unpacked. Run npm ci again.', { cause: error });
  });
  // Its own font configuration names Lambda's folders; without any font found, Chromium ends itself.
  const fonts = [join(folder, 'fonts', 'fonts'), '/usr/share/fonts'].map((path) => `<dir>${path}</dir>`).join('');
  await writeFile(
    join(unpacking, 'fonts.conf'),
    `<?xml version="1.0"?><fontconfig>${fonts}<cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>`,
  );
  await rename(unpacking, folder).catch(async (error: unknown) => {
    await rm(unpacking, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/**
 * Builds the browser application when its sources changed since the last build, so that `testApp` serves it.
 * @throws Error with the end of the build's output.
 */
export async function builtWeb(): Promise<void> {
  await promisify(execFile)(process.execPath, ['apps/standalone/build.mjs', '--web'], { cwd: root }).catch(
    (error: { stdout?: string; stderr?: string }) => {
      throw new Error(`The browser application could not be built:\n${`${error.stdout}${error.stderr}`.slice(-2000)}`);
    },
  );
}

/** Waits until what fades or moves on a page has come to its end: colours on their way from one to another are none of ours. */
export async function standsStill(page: Page): Promise<void> {
  // A caret blinks for ever.
  await page.evaluate(
    `Promise.allSettled(document.getAnimations()
      .filter((one) => one.playState === 'running' && one.effect?.getTiming().iterations !== Infinity)
      .map((one) => one.finished))`,
  );
}

/** What axe finds on a page that is serious or critical, one line each: rule, help, first element. */
export async function seriousProblems(page: Page): Promise<string[]> {
  await standsStill(page);
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const { axe, document } = globalThis as unknown as { axe: typeof axeCore; document: axeCore.ElementContext };
    // It is in no frame, and would wait for each.
    const { violations } = await axe.run(document, { resultTypes: ['violations'], iframes: false });
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, html: nodes[0]?.html ?? '' }));
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, html }) => `${id}: ${help} (${html.slice(0, 200)})`);
}
