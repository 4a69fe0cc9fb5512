import type { FastifyRequest } from 'fastify';

/** All of whom only their bodies say who they are, until those are read. */
export const KEY_IN_BODY = 'key in the body';

interface Identified {
  id: string;
}

/**
 * Who sends a request, of whom everything is counted together that one sender may have too much of: the id of its key, of
 * its inbound webhook or of who is signed in. Those whose keys stand in their bodies are one, until they are read.
 */
export function senderOf(request: FastifyRequest): string {
  const { writeKey, inbound, actor } = request as FastifyRequest &
    Partial<Record<'writeKey' | 'inbound' | 'actor', Identified>>;
  return (writeKey ?? inbound ?? actor)?.id ?? KEY_IN_BODY;
}
