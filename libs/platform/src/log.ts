import { pino, type DestinationStream, type Logger } from 'pino';

/**
 * The structured log. Personal data and secrets do not belong in it: log ids, counts, codes and durations;
 * the paths below are a second net, not the rule.
 */
export type Log = Logger;
export const LOG = Symbol('LOG');

export function createLog(level: string, role: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { role },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        'email',
        '*.email',
        'contact_email',
        '*.contact_email',
        'password',
        '*.password',
        'token',
        '*.token',
        'authorization',
        '*.authorization',
        'cookie',
        '*.cookie',
        '*.headers.authorization',
        '*.headers.cookie',
      ],
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
