import type { Poster } from './post-batch.js';

/** Takes every mail, so that the built-in outbox goes the same way as Postmark: nothing leaves this machine. */
export const outboxPoster: Poster = {
  post: ({ addresses }) =>
    Promise.resolve({ kind: 'answered', items: addresses.map(() => ({ accepted: true, id: null })) }),
};
