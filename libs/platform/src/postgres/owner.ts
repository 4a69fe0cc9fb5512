import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import type { Binaries } from './binaries.js';

/**
 * Under whose name PostgreSQL runs; it refuses to run as root.
 * `namespace` is root's way when no other user can reach the files: inside a user namespace the server sees
 * itself as an ordinary user, while outside its files stay root's.
 */
export type Owner = { kind: 'self' } | { kind: 'user'; uid: number; gid: number } | { kind: 'namespace' };

/** Starts a program as `owner`, in a folder everybody may read and with nothing of our environment. */
export function spawnAs(owner: Owner, program: string, args: string[], options: SpawnOptions = {}): ChildProcess {
  const settled: SpawnOptions = {
    cwd: '/',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    ...options,
  };
  if (owner.kind === 'user') return spawn(program, args, { ...settled, uid: owner.uid, gid: owner.gid });
  if (owner.kind === 'namespace') {
    return spawn('unshare', ['--user', '--map-user=1000', '--map-group=1000', program, ...args], settled);
  }
  return spawn(program, args, settled);
}

/** The exit code (-1 for a signal or a program that cannot be started) and the end of what the program wrote. */
export async function runAs(owner: Owner, program: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawnAs(owner, program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk: Buffer) => (output = (output + chunk.toString('utf8')).slice(-4000));
    child.stdout!.on('data', take);
    child.stderr!.on('data', take);
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output: output.trim() }));
  });
}

/**
 * Who is to run the server over `clusterDir`. An existing directory's owner decides, since a server started in
 * another way could not read its files; for a new one root tries the user postgres, then nobody, and takes a
 * user namespace when neither can reach the programs and the folder.
 * @throws Error with one sentence when root has no way at all.
 */
export async function chooseOwner(clusterDir: string, dataDir: string, binaries: Binaries): Promise<Owner> {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const existing = await stat(clusterDir).catch(() => undefined);
  if (existing && existing.uid !== 0) return { kind: 'user', uid: existing.uid, gid: existing.gid };
  if (!existing) {
    for (const candidate of await candidates()) {
      if (await canRun(candidate, dataDir, binaries)) return candidate;
    }
  }
  const namespace: Owner = { kind: 'namespace' };
  const trial = await runAs(namespace, binaries.postgres, ['--version']);
  if (trial.code === 0) return namespace;
  throw new Error(
    `PostgreSQL cannot run as root, and no other user can reach ${dataDir} and ${binaries.home}. Start Cortex as an ordinary user, or move it out of folders that only root may enter.`,
  );
}

async function candidates(): Promise<Owner[]> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const owners: Owner[] = [];
  for (const name of ['postgres', 'nobody']) {
    const entry = passwd
      .split('\n')
      .map((line) => line.split(':'))
      .find((fields) => fields[0] === name);
    if (entry) owners.push({ kind: 'user', uid: Number(entry[2]), gid: Number(entry[3]) });
  }
  return owners;
}

/** Whether a user can start the server's program and enter the data directory's folder. */
async function canRun(owner: Owner, dataDir: string, binaries: Binaries): Promise<boolean> {
  const version = await runAs(owner, binaries.postgres, ['--version']);
  if (version.code !== 0) return false;
  const reach = await runAs(owner, 'test', ['-x', dataDir]);
  return reach.code === 0;
}
