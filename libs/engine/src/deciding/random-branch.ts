import { createHash } from 'node:crypto';

/** Equally spread over [0, 1), the same for the same person and step. */
export const randomShare = (personId: string, nodeId: string): number =>
  createHash('sha256').update(`${personId} ${nodeId}`).digest().readUInt32BE(0) / 2 ** 32;
