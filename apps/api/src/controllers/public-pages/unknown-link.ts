import type { FastifyReply } from 'fastify';
import { wordsFor } from '#send';
import type { CortexRequest } from '../../http/permission/permission.js';
import { sendPublicPage } from '../../http/pages/public-page.js';

/** A link that was not made here, or that was cut off. */
export function sendUnknownLink(request: CortexRequest, reply: FastifyReply): void {
  const { lang, unknownLink } = wordsFor(undefined, request.headers['accept-language']);
  sendPublicPage(reply, 404, { lang, title: unknownLink.title, text: [unknownLink.text] });
}
