import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { standardOutput } from './log-output.js';
import { redacted, redactedText, toldError } from './secrecy.js';

/**
 * The structured log. Personal data and secrets do not belong in it: log ids, counts, codes and durations; what
 * `secrecy.ts` lists is left out as a second net, not as the rule.
 */
export type Log = Logger;
export const LOG = Symbol('LOG');

export function createLog(level: string, role: string, destination: DestinationStream = standardOutput): Log {
  const options: LoggerOptions = {
    level,
    base: { role },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => error },
    formatters: { log: (entry) => redacted(entry) as Record<string, unknown> },
    hooks: {
      logMethod([first, ...others], method) {
        const given: unknown = first;
        const entry = given instanceof Error ? { err: given } : given;
        // Without words of its own a line would get those of its error.
        const err = (entry as { err?: unknown } | null | undefined)?.err;
        const words = others.length === 0 && err !== undefined ? [toldError(err).message] : others;
        const line = [entry, ...words].map((each) => (typeof each === 'string' ? redactedText(each) : each));
        method.apply(this, line as Parameters<typeof method>);
      },
    },
  };
  return pino(options, destination);
}
