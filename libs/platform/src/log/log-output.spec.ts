import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLog } from './log.js';
import { LogOutput } from './log-output.js';

const onLinux = process.platform === 'linux' ? it : it.skip;

describe('where the log goes', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cortex-log-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('takes every line', () => {
    const path = join(folder, 'all.log');
    const output = new LogOutput(openSync(path, 'w'));
    const log = createLog('info', 'api', output);
    for (let n = 0; n < 3; n++) log.info({ n }, 'ü'.repeat(10_000));
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([0, 1, 2]);
    expect(output.failure).toBeUndefined();
  });

  // `/dev/full` answers every write as a full disk does.
  onLinux('loses lines on a full disk, counts them, and says so in the first that is written again', () => {
    const path = join(folder, 'gap.log');
    const full = openSync('/dev/full', 'w');
    const output = new LogOutput(full);
    const log = createLog('info', 'api', output);
    for (let n = 0; n < 3; n++) log.info({ n }, 'lost');
    expect(output.failure).toMatchObject({ code: 'ENOSPC', lost: 3 });
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 2_000);
    log.info('lost as well');
    expect(output.failure).toEqual({ code: 'ENOSPC', lost: 4, at: now + 2_000 });
    closeSync(full);
    // There is room again: the same number now leads to a file.
    expect(openSync(path, 'w')).toBe(full);
    log.info('too early');
    jest.spyOn(Date, 'now').mockReturnValue(now + 4_000);
    log.info('here again');
    jest.restoreAllMocks();
    expect(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    ).toEqual(['5 lines are missing here: they could not be written (ENOSPC).', 'here again']);
  });
});
