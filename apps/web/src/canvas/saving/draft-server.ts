import { listOperations, operateAutomation, type AnswerOf } from '#contracts';
import type { Operation } from '#graph';
import { call } from '../../api/client';

/** What was done after a revision; not all of it where there is much. */
export type Since = AnswerOf<typeof listOperations>;
/** One revision: what was done in it. */
export type Change = Since['changes'][number];

/** Where a draft lives: takes operations, and tells those of others. */
export interface DraftServer {
  /** @throws ApiError 409 with `{ revision, changes }`, the changes since `revision` */
  operate(revision: number, operations: readonly Operation[], batch: string): Promise<{ revision: number }>;
  /** Oldest first; not all of them where there are many. */
  since(revision: number): Promise<Since>;
}

/** The draft of an automation behind the API. */
export const draftServer = (id: string): DraftServer => ({
  operate: (base_revision, operations, batch) =>
    call(operateAutomation, { params: { id }, body: { base_revision, operations: [...operations], batch } }),
  since: (revision) => call(listOperations, { params: { id }, query: { since: revision } }),
});
