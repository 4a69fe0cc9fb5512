import type { BroadcastState } from '#contracts';
import type { Tx } from '#platform';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';

/** Broadcasts that one is compared with. */
const COMPARED = 10;

export interface EarlierRow extends Pick<BroadcastRow, 'id' | 'name' | 'candidates' | 'left_out'> {
  status: BroadcastState;
  started_at: Date;
}

/** The last broadcasts that were begun before this one and sent something, the latest first. */
export const earlierThan = (tx: Tx, { id }: Pick<BroadcastRow, 'id'>): Promise<EarlierRow[]> =>
  tx.rows<EarlierRow>(
    `select b.id, b.name, b.status, b.started_at, b.candidates, b.left_out
     from cortex.broadcasts b, cortex.broadcasts this
     where this.id = $1 and b.started_at < this.started_at and b.frozen_at is not null
     order by b.started_at desc, b.id desc limit $2`,
    [id, COMPARED],
  );
