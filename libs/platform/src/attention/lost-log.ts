import type { LogOutput } from '../log/log-output.js';
import type { Trouble } from './trouble.js';

const reasons = new Map([
  ['ENOSPC', 'its disk is full. Make room on the disk that the log is written to.'],
  ['EDQUOT', 'its disk quota is used up. Make room where the log is written to.'],
  ['EPIPE', 'the program that read it is gone. Restart Cortex together with it.'],
  ['EAGAIN', 'the program that reads it is too slow or stands still. Look after it.'],
]);

/** @param role of the process, which has a log of its own */
export const lostLogOf = (output: LogOutput, role: string): Trouble => {
  const key = `log.lost:${role}`;
  return {
    key,
    metAt: () => output.failure?.at,
    notice: () => {
      const { code, lost } = output.failure!;
      const reason = reasons.get(code) ?? `the system refuses it (${code}).`;
      return {
        key,
        kind: 'log',
        title: 'The log cannot be written',
        detail: `Everything works, but lines of the log${role === 'all' ? '' : ` (${role})`} are lost, ${lost} so far: ${reason}`,
      };
    },
    forget: () => (output.failure = undefined),
  };
};
