import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { MessageView, Subscriptions, wordsFor, type LinkHolder, type PublicWords } from '#send';
import {
  button,
  fieldOf,
  html,
  nothing,
  sendPublicHtml,
  sendPublicPage,
  type SafeHtml,
} from '../../http/pages/public-page.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Input, Route } from '../../http/routes/route.js';
import { sendUnknownLink } from './unknown-link.js';

/** The way out of a mail. Scanners follow links: reading never changes anything, only posting does. */
@Controller()
export class UnsubscribeController {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly view: MessageView,
  ) {}

  @Route(contracts.showUnsubscribe)
  async showUnsubscribe(
    @Input() { params }: InputOf<typeof contracts.showUnsubscribe>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('unsubscribe', params.token);
    if (!holder) return sendUnknownLink(request, reply);
    const page = pageOf(request, holder);
    if (!holder.subscribed) return unsubscribed(reply, page, holder);
    const { topic, workspace, address_hint } = holder;
    const words = page.words.unsubscribe;
    sendPublicPage(reply, 200, {
      ...page.base,
      title: words.title,
      text: [topic ? words.fromTopic(topic.name, address_hint, workspace) : words.fromAll(address_hint, workspace)],
      body: form([
        ...(topic ? [button(words.leave(topic.name), 'topic')] : []),
        button(topic ? words.everything : words.submit, 'unsubscribe', topic !== null),
      ]),
      note: words.note,
    });
  }

  @Route(contracts.unsubscribe)
  async unsubscribe(
    @Input() { params }: InputOf<typeof contracts.unsubscribe>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('unsubscribe', params.token);
    if (!holder) return sendUnknownLink(request, reply);
    const page = pageOf(request, holder);
    // RFC 8058: the mail program posts this by itself; it needs no cookie, no confirmation and no redirect.
    const oneClick = isOneClick(request.body);
    if (!oneClick && holder.topic && fieldOf(request.body, 'action') === 'topic') {
      await this.subscriptions.leaveTopic(holder, holder.topic.id, 'unsubscribe_link');
      return leftTopic(reply, page, holder, holder.topic.name);
    }
    await this.subscriptions.unsubscribe(holder, oneClick ? 'one_click' : 'unsubscribe_link');
    unsubscribed(reply, page, holder);
  }

  @Route(contracts.viewMail)
  async viewMail(
    @Input() { params }: InputOf<typeof contracts.viewMail>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('view', params.token);
    const mail = holder && (await this.view.render(holder.message_id, true));
    if (!mail) return sendUnknownLink(request, reply);
    sendPublicHtml(reply, 200, mail.html, true);
  }
}

const form = (buttons: SafeHtml[]): SafeHtml => html`<form method="post"><p class="row">${buttons}</p></form>`;

const isOneClick = (body: unknown): boolean =>
  Buffer.isBuffer(body) ? body.includes('One-Click') : fieldOf(body, 'List-Unsubscribe') === 'One-Click';

interface Page {
  words: PublicWords;
  base: { lang: string; from: string };
}

/** What every page of this person has. */
function pageOf(request: CortexRequest, { language, workspace }: LinkHolder): Page {
  const words = wordsFor(language, request.headers['accept-language']);
  return { words, base: { lang: words.lang, from: workspace } };
}

function unsubscribed(reply: FastifyReply, { words, base }: Page, { address_hint, workspace }: LinkHolder): void {
  sendPublicPage(reply, 200, {
    ...base,
    title: words.unsubscribe.doneTitle,
    text: [words.unsubscribe.done(address_hint, workspace)],
  });
}

function leftTopic(reply: FastifyReply, { words, base }: Page, holder: LinkHolder, topic: string): void {
  sendPublicPage(reply, 200, {
    ...base,
    title: words.unsubscribe.leftTitle(topic),
    text: [words.unsubscribe.left(holder.address_hint)],
    body: holder.subscribed ? form([button(words.unsubscribe.everything, 'unsubscribe', true)]) : nothing,
  });
}
