import type { NewAttention } from './attention.js';
import type { Database } from '../db/tx.js';
import type { Trouble } from './trouble.js';

export const fullDisk = {
  key: 'database.full_disk',
  kind: 'database',
  title: 'The disk of the database is full',
  detail:
    'Nothing new can be stored: activities are refused with 503, and automations and mail wait. Make room on the disk that holds the data of PostgreSQL, or make it larger. Everything goes on by itself afterwards.',
} satisfies NewAttention;

/** While it is full even the notice may not be written. Until it is, whoever lists what needs attention says it unasked. */
export const fullDiskOf = (database: Database): Trouble => ({
  key: fullDisk.key,
  metAt: () => database.fullDiskAt,
  notice: () => fullDisk,
  forget: () => (database.fullDiskAt = undefined),
});
