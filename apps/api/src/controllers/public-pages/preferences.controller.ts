import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import { pauseDays } from '#contracts';
import type { InputOf } from '#contracts';
import type { PersonTopic, TopicChoice } from '#directory';
import { dayIn, Subscriptions, wordsFor, type LinkHolder, type PublicWords } from '#send';
import { button, fieldOf, html, nothing, sendPublicPage, type SafeHtml } from '../../http/public-page.js';
import type { CortexRequest } from '../../http/permission.js';
import { Input, Route } from '../../http/route.js';

/** What each button of the page does, and what is said afterwards. */
type Act = (subscriptions: Subscriptions, holder: LinkHolder, topics: TopicChoice[]) => Promise<void>;
const acts = new Map<string, { act: Act; said: string }>([
  ['save', { act: (on, holder, topics) => on.choose(holder, topics), said: 'Your choice is saved.' }],
  ['pause', { act: (on, holder) => on.pause(holder), said: 'Paused.' }],
  ['resume', { act: (on, holder) => on.endPause(holder), said: 'The pause is over.' }],
  ['unsubscribe', { act: (on, holder) => on.unsubscribe(holder, 'preferences'), said: 'You are unsubscribed.' }],
  ['subscribe', { act: (on, holder, topics) => on.subscribe(holder, topics), said: 'You are subscribed again.' }],
  [
    'everything',
    {
      act: async (on, holder) => on.subscribe(holder, wanting(await on.topics(holder))),
      said: 'You are subscribed to everything again.',
    },
  ],
]);

const wanting = (topics: readonly PersonTopic[]): TopicChoice[] =>
  topics.map(({ id }) => ({ topic_id: id, wanted: true }));

/** Where people choose what they get. Scanners follow links: reading changes nothing, only posting does. */
@Controller()
export class PreferencesController {
  constructor(private readonly subscriptions: Subscriptions) {}

  @Route(contracts.showPreferences)
  async show(@Input() { params }: InputOf<typeof contracts.showPreferences>, @Res() reply: FastifyReply) {
    await this.answer(params.token, reply);
  }

  @Route(contracts.changePreferences)
  async change(
    @Input() { params }: InputOf<typeof contracts.changePreferences>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('preferences', params.token);
    if (!holder) return sendUnknownLink(reply);
    const wanted = acts.get(fieldOf(request.body, 'action') ?? '');
    if (wanted) {
      const topics = await this.subscriptions.topics(holder);
      await wanted.act(this.subscriptions, holder, chosen(request.body, topics));
    }
    await this.answer(params.token, reply, wanted?.said);
  }

  private async answer(token: string, reply: FastifyReply, said?: string): Promise<void> {
    const holder = await this.subscriptions.holder('preferences', token);
    if (!holder) return sendUnknownLink(reply);
    preferences(reply, holder, await this.subscriptions.topics(holder), said);
  }
}

/** What was ticked of what the page had shown: a topic that was added since is left as it is. */
const chosen = (body: unknown, topics: readonly PersonTopic[]): TopicChoice[] =>
  topics.flatMap(({ id }) =>
    fieldOf(body, `shown_${id}`) === undefined
      ? []
      : [{ topic_id: id, wanted: fieldOf(body, `topic_${id}`) !== undefined }],
  );

function preferences(
  reply: FastifyReply,
  holder: LinkHolder,
  topics: readonly PersonTopic[],
  said: string | undefined,
): void {
  const { workspace, address_hint, subscribed, paused_until } = holder;
  const state = !subscribed
    ? `${address_hint} does not get news and offers from ${workspace}.`
    : paused_until
      ? `${address_hint} gets no news and offers from ${workspace} until ${day.format(paused_until)}. After that they come again.`
      : `${address_hint} gets news and offers from ${workspace}.`;
  sendPublicPage(reply, 200, {
    from: workspace,
    title: 'Your e-mail preferences',
    body: html`${said ? html`<p class="said" role="status">${said}</p>` : nothing}
      <p>${state}</p>
      ${subscribed ? whileSubscribed(holder, topics) : whileNot(topics)}`,
    note: 'You always get e-mails about your own orders and courses.',
  });
}

const whileSubscribed = ({ paused_until }: LinkHolder, topics: readonly PersonTopic[]): SafeHtml =>
  html`${
      topics.length === 0
        ? nothing
        : html`<form method="post">
            ${choices(topics)}
            <p class="row">${button('Save', 'save')}</p>
          </form>`
    }
    <section>
      <h2>${paused_until ? 'Paused' : 'Need a break?'}</h2>
      <p class="soft">
        ${
          paused_until
            ? `The pause ends by itself on ${day.format(paused_until)}.`
            : `You get nothing for ${pauseDays} days, and keep your choice.`
        }
      </p>
      <form method="post">
        <p class="row">
          ${
            paused_until
              ? button('End the pause now', 'resume', true)
              : button(`Pause for ${pauseDays} days`, 'pause', true)
          }
        </p>
      </form>
    </section>
    <section>
      <h2>No more e-mails</h2>
      <p class="soft">You get no news and offers any more, whatever the topic.</p>
      <form method="post"><p class="row">${button('Unsubscribe from all', 'unsubscribe', true)}</p></form>
    </section>`;

const whileNot = (topics: readonly PersonTopic[]): SafeHtml =>
  html`<form method="post">
    ${choices(topics)}
    <p class="row">
      ${button('Subscribe again', 'subscribe')}${
        topics.length > 0 ? button('Subscribe to everything', 'everything', true) : nothing
      }
    </p>
  </form>`;

const choices = (topics: readonly PersonTopic[]): SafeHtml =>
  topics.length === 0
    ? nothing
    : html`<fieldset>
        <legend>Topics</legend>
        ${topics.map(
          ({ id, name, description, on }) =>
            html`<label class="choice"
                ><input type="checkbox" name="topic_${id}" ${on ? { html: 'checked' } : nothing} /><span
                  >${name}${description ? html`<small>${description}</small>` : nothing}</span
                ></label
              >
              <input type="hidden" name="shown_${id}" value="1" />`,
        )}
      </fieldset>`;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
