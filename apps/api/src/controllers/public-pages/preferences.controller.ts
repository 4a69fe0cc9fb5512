import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import { pauseDays } from '#contracts';
import type { InputOf } from '#contracts';
import type { PersonTopic, TopicChoice } from '#directory';
import { dayIn, Subscriptions, wordsFor, type LinkHolder, type PublicWords } from '#send';
import { button, fieldOf, html, nothing, sendPublicPage, type SafeHtml } from '../../http/pages/public-page.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Input, Route } from '../../http/routes/route.js';
import { sendUnknownLink } from './unknown-link.js';

/** What each button of the page does. */
type Act = (subscriptions: Subscriptions, holder: LinkHolder, topics: TopicChoice[]) => Promise<void>;
type ActName = keyof PublicWords['preferences']['said'];
const buttons: readonly (readonly [ActName, Act])[] = [
  ['save', (on, holder, topics) => on.choose(holder, topics)],
  ['pause', (on, holder) => on.pause(holder)],
  ['resume', (on, holder) => on.endPause(holder)],
  ['unsubscribe', (on, holder) => on.unsubscribe(holder, 'preferences')],
  ['subscribe', (on, holder, topics) => on.subscribe(holder, topics)],
  ['everything', async (on, holder) => on.subscribe(holder, wanting(await on.topics(holder)))],
];
const acts = new Map(buttons.map(([name, act]) => [name as string, { name, act }]));

const wanting = (topics: readonly PersonTopic[]): TopicChoice[] =>
  topics.map(({ id }) => ({ topic_id: id, wanted: true }));

/** Where people choose what they get. Scanners follow links: reading changes nothing, only posting does. */
@Controller()
export class PreferencesController {
  constructor(private readonly subscriptions: Subscriptions) {}

  @Route(contracts.showPreferences)
  async show(
    @Input() { params }: InputOf<typeof contracts.showPreferences>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.answer(params.token, request, reply);
  }

  @Route(contracts.changePreferences)
  async change(
    @Input() { params }: InputOf<typeof contracts.changePreferences>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const holder = await this.subscriptions.holder('preferences', params.token);
    if (!holder) return sendUnknownLink(request, reply);
    const wanted = acts.get(fieldOf(request.body, 'action') ?? '');
    if (wanted) {
      const topics = await this.subscriptions.topics(holder);
      await wanted.act(this.subscriptions, holder, chosen(request.body, topics));
    }
    await this.answer(params.token, request, reply, wanted?.name);
  }

  private async answer(token: string, request: CortexRequest, reply: FastifyReply, done?: ActName): Promise<void> {
    const holder = await this.subscriptions.holder('preferences', token);
    if (!holder) return sendUnknownLink(request, reply);
    const words = wordsFor(holder.language, request.headers['accept-language']);
    preferences(reply, words, holder, await this.subscriptions.topics(holder), done);
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
  words: PublicWords,
  holder: LinkHolder,
  topics: readonly PersonTopic[],
  done: ActName | undefined,
): void {
  const { workspace, address_hint, subscribed, paused_until } = holder;
  const { title, note, said, off, paused, on } = words.preferences;
  const state = !subscribed
    ? off(address_hint, workspace)
    : paused_until
      ? paused(address_hint, workspace, dayIn(words, paused_until))
      : on(address_hint, workspace);
  sendPublicPage(reply, 200, {
    lang: words.lang,
    from: workspace,
    title,
    body: html`${done ? html`<p class="said" role="status">${said[done]}</p>` : nothing}
      <p>${state}</p>
      ${subscribed ? whileSubscribed(words, holder, topics) : whileNot(words.preferences, topics)}`,
    note,
  });
}

function whileSubscribed(words: PublicWords, { paused_until }: LinkHolder, topics: readonly PersonTopic[]): SafeHtml {
  const say = words.preferences;
  return html`${
      topics.length === 0
        ? nothing
        : html`<form method="post">
            ${choices(say, topics)}
            <p class="row">${button(say.save, 'save')}</p>
          </form>`
    }
    <section>
      <h2>${paused_until ? say.pausedTitle : say.pauseTitle}</h2>
      <p class="soft">${paused_until ? say.pauseEnds(dayIn(words, paused_until)) : say.pauseMeans(pauseDays)}</p>
      <form method="post">
        <p class="row">
          ${paused_until ? button(say.endPause, 'resume', true) : button(say.pause(pauseDays), 'pause', true)}
        </p>
      </form>
    </section>
    <section>
      <h2>${say.stopTitle}</h2>
      <p class="soft">${say.stopMeans}</p>
      <form method="post"><p class="row">${button(say.stop, 'unsubscribe', true)}</p></form>
    </section>`;
}

type Say = PublicWords['preferences'];

const whileNot = (say: Say, topics: readonly PersonTopic[]): SafeHtml =>
  html`<form method="post">
    ${choices(say, topics)}
    <p class="row">
      ${button(say.again, 'subscribe')}${topics.length > 0 ? button(say.everything, 'everything', true) : nothing}
    </p>
  </form>`;

const choices = (say: Say, topics: readonly PersonTopic[]): SafeHtml =>
  topics.length === 0
    ? nothing
    : html`<fieldset>
        <legend>${say.topics}</legend>
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
