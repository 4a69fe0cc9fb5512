import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { MessageView, Subscriptions, type LinkHolder } from '#send';
import {
  button,
  fieldOf,
  html,
  nothing,
  sendPublicHtml,
  sendPublicPage,
  sendUnknownLink,
  type SafeHtml,
} from '../../http/public-page.js';
import type { CortexRequest } from '../../http/permission.js';
import { Input, Route } from '../../http/route.js';

/** The way out of a mail. Scanners follow links: reading never changes anything, only posting does. */
@Controller()
export class UnsubscribeController {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly view: MessageView,
  ) {}

  @Route(contracts.showUnsubscribe)
  async showUnsubscribe(@Input() { params }: InputOf<typeof contracts.showUnsubscribe>, @Res() reply: FastifyReply) {
    const holder = await this.subscriptions.holder('unsubscribe', params.token);
    if (!holder) return sendUnknownLink(reply);
    if (!holder.subscribed) return unsubscribed(reply, holder);
    const { topic, workspace, address_hint } = holder;
    sendPublicPage(reply, 200, {
      from: workspace,
      title: 'Unsubscribe from these e-mails?',
      text: topic
        ? [
            `This e-mail belongs to the topic “${topic.name}”. ${address_hint} can leave this topic, or stop all news and offers from ${workspace}.`,
          ]
        : [`${workspace} will stop sending news and offers to ${address_hint}.`],
      body: form([
        ...(topic ? [button(`Leave “${topic.name}”`, 'topic')] : []),
        button(topic ? 'Unsubscribe from everything' : 'Unsubscribe', 'unsubscribe', topic !== null),
      ]),
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
    if (!holder) return sendUnknownLink(reply);
    // RFC 8058: the mail program posts this by itself; it needs no cookie, no confirmation and no redirect.
    const oneClick = isOneClick(request.body);
    if (!oneClick && holder.topic && fieldOf(request.body, 'action') === 'topic') {
      await this.subscriptions.leaveTopic(holder, holder.topic.id, 'unsubscribe_link');
      return leftTopic(reply, holder, holder.topic.name);
    }
    await this.subscriptions.unsubscribe(holder, oneClick ? 'one_click' : 'unsubscribe_link');
    unsubscribed(reply, holder);
  }

  @Route(contracts.viewMail)
  async viewMail(@Input() { params }: InputOf<typeof contracts.viewMail>, @Res() reply: FastifyReply) {
    const holder = await this.subscriptions.holder('view', params.token);
    const mail = holder && (await this.view.render(holder.message_id, true));
    if (!mail) return sendUnknownLink(reply);
    sendPublicHtml(reply, 200, mail.html, true);
  }
}

const form = (buttons: SafeHtml[]): SafeHtml => html`<form method="post"><p class="row">${buttons}</p></form>`;

const isOneClick = (body: unknown): boolean =>
  Buffer.isBuffer(body) ? body.includes('One-Click') : fieldOf(body, 'List-Unsubscribe') === 'One-Click';

function unsubscribed(reply: FastifyReply, holder: LinkHolder): void {
  sendPublicPage(reply, 200, {
    from: holder.workspace,
    title: 'You are unsubscribed',
    text: [`${holder.workspace} will not send any more news and offers to ${holder.address_hint}.`],
  });
}

function leftTopic(reply: FastifyReply, holder: LinkHolder, topic: string): void {
  sendPublicPage(reply, 200, {
    from: holder.workspace,
    title: `You have left “${topic}”`,
    text: [`${holder.address_hint} will not get e-mails of this topic any more. Other topics stay as they are.`],
    body: holder.subscribed ? form([button('Unsubscribe from everything', 'unsubscribe', true)]) : nothing,
  });
}
