import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './cluster.js';

/**
 * Takes the data directory for this process until the returned function is called.
 * The file names the process and when it started, since a number alone may have gone to another program.
 * @throws Error with one sentence when another process has it or the directory cannot be written.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'cortex.lock');
  const mine = `${process.pid} ${await startedAt(process.pid)}\n`;
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    try {
      await writeFile(path, mine, { flag: 'wx', mode: 0o644 });
      return async () => {
        if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw await unusable(dataDir, error);
    }
    const [pid = '', started = ''] = (await readFile(path, 'utf8').catch(() => '')).trim().split(' ');
    if (Number(pid) > 0 && isAlive(Number(pid)) && (await startedAt(Number(pid))) === started) {
      throw new Error(
        `Another Cortex (process ${pid}) already uses ${dataDir}. Stop it first, or set CORTEX_DATA_DIR to another folder.`,
      );
    }
    await rm(path, { force: true }).catch(async (error) => {
      throw await unusable(dataDir, error);
    });
  }
  throw new Error(`The lock file ${path} keeps changing. Start one Cortex at a time.`);
}

/** One sentence for a data directory that cannot be used. */
export async function unusable(dataDir: string, cause: unknown): Promise<Error> {
  const { code } = cause as NodeJS.ErrnoException;
  const owner = await stat(dataDir).catch(() => undefined);
  const me = process.getuid?.();
  const sentence =
    owner && me !== undefined && me !== 0 && owner.uid !== me
      ? `${dataDir} belongs to another user. Start Cortex as that user, or set CORTEX_DATA_DIR to a folder of your own.`
      : `${dataDir} cannot be written (${code ?? (cause as Error).message}). Make it writable, or set CORTEX_DATA_DIR to another folder.`;
  return new Error(sentence, { cause });
}

/** When a process started, in the kernel's own count; empty where the system does not tell. */
async function startedAt(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program's name in brackets may hold spaces, so the fields are counted from behind it.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
