import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { OwnReports, type Fetcher } from '#send';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Input, Route } from '../../http/routes/route.js';
import { sendUnknownLink } from './unknown-link.js';

/** One transparent pixel. */
const picture = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Links and pictures in mails that Cortex counts itself. */
@Controller()
export class OwnTrackingController {
  constructor(private readonly reports: OwnReports) {}

  @Route(contracts.followLink)
  async follow(
    @Input() { params }: InputOf<typeof contracts.followLink>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const url = await this.reports.clicked(params.token, fetcherOf(request));
    // Only where a signature of ours leads: never an open redirect.
    if (!url) return sendUnknownLink(request, reply);
    void reply.status(302).header('location', new URL(url).href).header('referrer-policy', 'no-referrer').send();
  }

  @Route(contracts.openPixel)
  async open(
    @Input() { params }: InputOf<typeof contracts.openPixel>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.reports.opened(params.token, fetcherOf(request));
    // The same for every token, so that it tells nothing. Mail is read on other sites.
    void reply
      .header('content-type', 'image/gif')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', 'no-store')
      .send(picture);
  }
}

const fetcherOf = ({ method, headers }: CortexRequest): Fetcher => ({
  method,
  userAgent: String(headers['user-agent'] ?? '').trim(),
  purpose: ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map((name) => String(headers[name] ?? '')).join(' '),
});
