import { fork, spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startCluster, stopCluster, type Cluster, type ClusterSettings } from '#platform/postgres';
import type { Behavior, FakeReport } from '#testing';

const MOST_RESTARTS = 500;
const root = join(import.meta.dirname, '../../..');

/** A fake Postmark in a process of its own, whose faults come round in turn. */
export class FakePostmarkProcess {
  private readonly heard = new EventEmitter();

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    child.on('message', (message: { call?: true; report?: FakeReport }) => {
      if (message.call) this.heard.emit('call');
      if (message.report) this.heard.emit('report', message.report);
    });
  }

  static async start(faults: Behavior[]): Promise<FakePostmarkProcess> {
    const program = join(root, 'libs/testing/src/fakes/postmark.ts');
    const child = fork(program, [JSON.stringify({ faults, withoutBodies: true })], { execArgv: ['--no-warnings'] });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new FakePostmarkProcess(child, url);
  }

  async report(): Promise<FakeReport> {
    const answer = once(this.heard, 'report') as Promise<[FakeReport]>;
    this.child.send('report');
    return (await answer)[0];
  }

  /** Settled as soon as the next batch comes in, before it is answered. */
  async nextCall(signal: AbortSignal): Promise<void> {
    await once(this.heard, 'call', { signal });
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}

/** A PostgreSQL of this test's own, so that it can be killed; it comes back at the same address. */
export class OwnPostgres {
  private constructor(
    private readonly settings: ClusterSettings,
    private cluster: Cluster,
  ) {}

  static async start(): Promise<OwnPostgres> {
    const dataDir = await mkdtemp(join(tmpdir(), 'cortex-faults-'));
    await chmod(dataDir, 0o711);
    // What was committed must outlive the server, not the machine: so no fsync, but commits that are waited for.
    const settings = { dataDir, settings: { fsync: 'off', full_page_writes: 'off', max_connections: '200' } };
    return new OwnPostgres(settings, await startCluster(settings));
  }

  get url(): string {
    return this.cluster.url;
  }

  /** Kills the server without any chance to tidy up, and starts it again. */
  async kill(): Promise<void> {
    process.kill(this.cluster.pid, 'SIGKILL');
    this.cluster = await startCluster(this.settings);
  }

  async close(): Promise<void> {
    await stopCluster(this.settings.dataDir);
    await rm(this.settings.dataDir, { recursive: true, force: true });
  }
}

/** `npm start` is the supervisor with everything in the application under it; the others are the application alone. */
type Role = 'api' | 'worker' | 'npm start';

interface Member {
  role: Role;
  child: ChildProcess;
  /** Whether it was killed, and is being replaced. */
  expected: boolean;
  /** Settled when it has said that it runs. */
  ready: Promise<void>;
  /** Says `ready` each time that it runs, so also when `npm start` has started its application again. */
  heard: EventEmitter;
}

/** What a product needs to send mail by the fake Postmark, without demo data. */
export const productOf = (databaseUrl: string, postmarkUrl: string, key: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  CORTEX_API_KEY: key,
  CORTEX_ADMIN_EMAIL: 'admin@school.example',
  CORTEX_ADMIN_PASSWORD: 'correct horse battery staple',
  CORTEX_PUBLIC_URL: 'https://cortex.school.example',
  CORTEX_SENDER: 'School <news@school.example>',
  CORTEX_POSTAL_ADDRESS: '1 Main Street',
  CORTEX_DEMO: '0',
  POSTMARK_SERVER_TOKEN: 'fake-token',
  POSTMARK_API_URL: postmarkUrl,
  POSTMARK_TIMEOUT_SECONDS: '2',
  LOG_LEVEL: 'error',
});

/** The application under a supervisor. */
async function applicationOf(supervisor: ChildProcess): Promise<number | undefined> {
  const { pid } = supervisor;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return Number(children.trim().split(' ')[0]) || undefined;
}

/** The built application as separate processes that can be killed at any moment and are started again. */
export class Processes {
  /** How often one ended by itself, as it may when its database is gone, and was started again. */
  restarts = 0;
  readonly port: Promise<number> = freePort();
  private readonly startPort: Promise<number> = freePort();
  private readonly members: Member[] = [];
  private closing = false;
  /** What the processes said last, for a failing test's message. */
  said = '';

  constructor(private readonly env: Record<string, string>) {}

  async start(roles: readonly Role[]): Promise<void> {
    for (const role of roles) this.members.push(await this.spawn(role));
    await Promise.all(this.members.map((member) => member.ready));
  }

  /** Kills one without any chance to tidy up, and starts it again. */
  async kill(index: number): Promise<void> {
    const member = this.members[index % this.members.length]!;
    member.expected = true;
    const ended = member.child.exitCode === null && once(member.child, 'exit');
    member.child.kill('SIGKILL');
    await ended;
    await this.replace(member);
  }

  /** Kills the application of an `npm start`, and waits until that has brought it back, or has been started again. */
  async killApplication(index: number): Promise<void> {
    const { child, heard } = this.members[index]!;
    const ended = once(child, 'exit');
    let pid: number | undefined;
    while (child.exitCode === null && pid === undefined) {
      pid = await applicationOf(child);
      if (pid === undefined) await pause(20);
    }
    if (pid === undefined) return;
    const back = once(heard, 'ready');
    process.kill(pid, 'SIGKILL');
    await Promise.race([back, ended]);
  }

  /** Ends all as a server would, and waits for it. Answers their exit codes. */
  async stop(): Promise<(number | null)[]> {
    this.closing = true;
    return Promise.all(
      this.members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
        const ended = once(child, 'exit') as Promise<[number | null]>;
        child.kill('SIGTERM');
        return (await ended)[0];
      }),
    );
  }

  private async replace(member: Member): Promise<void> {
    const next = await this.spawn(member.role);
    this.members[this.members.indexOf(member)] = next;
    await next.ready;
  }

  private async spawn(role: Role): Promise<Member> {
    const started = role === 'npm start';
    const program = `dist/apps/standalone/src/${started ? 'supervisor' : 'main'}.js`;
    const child = spawn(process.execPath, [join(root, program)], {
      env: {
        PATH: process.env.PATH,
        ...this.env,
        CORTEX_ROLE: started ? 'all' : role,
        PORT: String(await (started ? this.startPort : this.port)),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const heard = new EventEmitter();
    const member: Member = { role, child, expected: false, ready: Promise.resolve(), heard };
    member.ready = new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer) => {
        this.said = (this.said + chunk.toString()).slice(-4000);
        if (!/is ready|The worker runs/.test(chunk.toString())) return;
        heard.emit('ready');
        resolve();
      };
      child.stdout!.on('data', listen);
      child.stderr!.on('data', listen);
      child.on('exit', (code) => {
        if (member.expected || this.closing) return resolve();
        this.restarts += 1;
        if (this.restarts > MOST_RESTARTS) return reject(new Error(`The ${role} ended with ${code}: ${this.said}`));
        // As whoever runs it would: its database may have been gone.
        void pause(200)
          .then(() => (this.closing ? undefined : this.replace(member)))
          .then(resolve, reject);
      });
    });
    member.ready.catch(() => undefined);
    return member;
  }
}

/** A caller who, like a shop, repeats a request until it has an answer; every request must be safe to repeat. */
export class PatientCaller {
  repeats = 0;

  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- specs look into answers freely
  async call(method: string, path: string, body?: unknown): Promise<any> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      try {
        const answer = await fetch(this.url + path, {
          method,
          headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
          body: body === undefined ? undefined : JSON.stringify(body),
          signal: AbortSignal.timeout(10_000),
        });
        const text = await answer.text();
        if (answer.ok) return JSON.parse(text);
        if (answer.status < 500 && answer.status !== 429)
          throw new TypeError(`${method} ${path}: ${answer.status} ${text}`);
      } catch (error) {
        if (error instanceof TypeError && error.message.startsWith(method)) throw error;
      }
      this.repeats += 1;
      await pause(100);
    }
    throw new Error(`${method} ${path} was never answered.`);
  }
}
