import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { MessageView, Subscriptions, type LinkHolder } from '#send';
import { sendPublicHtml, sendPublicPage } from '../http/public-page.js';
import type { CortexRequest } from '../http/permission.js';
import { Input, Route } from '../http/route.js';

/** The pages behind links in mails. Scanners follow links: reading never changes anything, only posting does. */
@Controller()
export class UnsubscribeController {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly view: MessageView,
  ) {}

  @Route(contracts.showUnsubscribe)
  async showUnsubscribe(@Input() { params }: InputOf<typeof contracts.showUnsubscribe>, @Res() reply: FastifyReply) {
    const holder = await this.subscriptions.holder('unsubscribe', params.token);
    if (!holder) return unknownLink(reply);
    if (!holder.subscribed) return unsubscribed(reply, holder);
    sendPublicPage(reply, 200, {
      title: 'Unsubscribe from these e-mails?',
      text: [`${holder.workspace} will stop sending news and offers to ${holder.address_hint}.`],
      button: { label: 'Unsubscribe', value: 'unsubscribe' },
      note: 'You will still get e-mails about your own orders and courses.',
    });
  }

  @Route(contracts.unsubscribe)
  async unsubscribe(
    @Input() { params }: InputOf<typeof contracts.unsubscribe>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('unsubscribe', params.token);
    if (!holder) return unknownLink(reply);
    // RFC 8058: the mail program posts this by itself; it needs no cookie, no confirmation and no redirect.
    const oneClick = fieldOf(request.body, 'List-Unsubscribe') === 'One-Click';
    await this.subscriptions.unsubscribe(holder, oneClick ? 'one_click' : 'unsubscribe_link');
    unsubscribed(reply, holder);
  }

  @Route(contracts.showPreferences)
  async showPreferences(@Input() { params }: InputOf<typeof contracts.showPreferences>, @Res() reply: FastifyReply) {
    const holder = await this.subscriptions.holder('preferences', params.token);
    if (!holder) return unknownLink(reply);
    preferences(reply, holder);
  }

  @Route(contracts.changePreferences)
  async changePreferences(
    @Input() { params }: InputOf<typeof contracts.changePreferences>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('preferences', params.token);
    if (!holder) return unknownLink(reply);
    const action = fieldOf(request.body, 'action');
    if (action === 'unsubscribe') await this.subscriptions.unsubscribe(holder, 'preferences');
    if (action === 'subscribe') await this.subscriptions.subscribe(holder);
    const now = await this.subscriptions.holder('preferences', params.token);
    preferences(reply, now ?? holder);
  }

  @Route(contracts.viewMail)
  async viewMail(@Input() { params }: InputOf<typeof contracts.viewMail>, @Res() reply: FastifyReply) {
    const holder = await this.subscriptions.holder('view', params.token);
    const mail = holder && (await this.view.render(holder.message_id, true));
    if (!mail) return unknownLink(reply);
    sendPublicHtml(reply, 200, mail.html, true);
  }
}

function fieldOf(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if (Buffer.isBuffer(body)) return body.includes('One-Click') ? 'One-Click' : undefined;
  const value = (body as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}

function unknownLink(reply: FastifyReply): void {
  sendPublicPage(reply, 404, {
    title: 'This link does not work',
    text: ['It may have been cut off. Open it again from the e-mail, or reply to the e-mail and ask us.'],
  });
}

function unsubscribed(reply: FastifyReply, holder: LinkHolder): void {
  sendPublicPage(reply, 200, {
    title: 'You are unsubscribed',
    text: [`${holder.workspace} will not send any more news and offers to ${holder.address_hint}.`],
  });
}

function preferences(reply: FastifyReply, holder: LinkHolder): void {
  sendPublicPage(reply, 200, {
    title: 'Your e-mail preferences',
    text: [
      holder.subscribed
        ? `${holder.address_hint} gets news and offers from ${holder.workspace}.`
        : `${holder.address_hint} does not get news and offers from ${holder.workspace}.`,
    ],
    button: holder.subscribed
      ? { label: 'Unsubscribe from all', value: 'unsubscribe', quiet: true }
      : { label: 'Subscribe again', value: 'subscribe' },
    note: 'You always get e-mails about your own orders and courses.',
  });
}
