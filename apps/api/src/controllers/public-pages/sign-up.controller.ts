import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { LinkTokens, oneLine, SignUpForms, type PublicForm } from '#emails';
import { AppError, Database } from '#platform';
import { confirmDays, signUpAddress, SignUps, wordsFor, type Confirmation, type PublicWords } from '#send';
import {
  button,
  fieldOf,
  html,
  nothing,
  sendPublicPage,
  type PublicPage,
  type SafeHtml,
} from '../../http/pages/public-page.js';
import type { CortexRequest } from '../../http/permission/permission.js';
import { Input, Route } from '../../http/routes/route.js';
import { sendUnknownLink } from './unknown-link.js';

/** Nobody fills in a form in less; a form that was opened longer ago is shown again. In seconds. */
const soonest = 2;
const latest = 24 * 3600;

interface Given {
  email: string;
  first_name: string;
  /** When the form was shown, signed. */
  shown: string;
}

/** Sign-up forms for people without an account, and the confirmation. Reading never changes anything. */
@Controller()
export class SignUpController {
  constructor(
    private readonly forms: SignUpForms,
    private readonly signUps: SignUps,
    private readonly tokens: LinkTokens,
    private readonly database: Database,
  ) {}

  @Route(contracts.showForm)
  async show(
    @Input() { params }: InputOf<typeof contracts.showForm>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const words = asked(request);
    const form = await this.forms.find(params.id);
    if (!form) return unknownForm(reply, words);
    formPage(reply, 200, words, form, { email: '', first_name: '', shown: await this.stamp(form) });
  }

  @Route(contracts.submitForm)
  async submit(
    @Input() { params }: InputOf<typeof contracts.submitForm>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const words = asked(request);
    const form = await this.forms.find(params.id);
    if (!form) return unknownForm(reply, words);
    const field = (name: string) => (fieldOf(request.body, name) ?? '').trim();
    const given = {
      email: field('email'),
      first_name: oneLine(field('first_name')).slice(0, 100).toWellFormed(),
      shown: field('shown'),
    };
    const again = async (why: string | undefined, status = 200, shown?: string) =>
      formPage(reply, status, words, form, { ...given, shown: shown ?? (await this.stamp(form)) }, why);
    const address = signUpAddress(given.email);
    if (!address) return again(words.signUp.noAddress, 422);
    // Only programs fill in what nobody sees. They are told what everybody is told.
    if (field('website') !== '') return done(reply, words, form);
    const age = await this.age(form, given.shown);
    // A shop's own form cannot say when it was shown: one more press of a button, on a page that can.
    if (age === undefined || age > latest) return again(given.shown === '' ? words.signUp.finish : undefined);
    if (age < soonest) return again(words.signUp.quick, 200, given.shown);
    try {
      await this.signUps.take(form, address, given.first_name || undefined, request.ip, words.lang);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'too_many_attempts') throw error;
      reply.header('retry-after', '3600');
      return again(words.signUp.tooMany, 429, given.shown);
    }
    done(reply, words, form);
  }

  @Route(contracts.showConfirm)
  async showConfirm(
    @Input() { params }: InputOf<typeof contracts.showConfirm>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const found = await this.signUps.find(params.token);
    if (!found) return sendUnknownLink(request, reply);
    const words = asked(request, found.language);
    if (found.state !== 'open') return settled(reply, words, found);
    const { workspace, address_hint, consent_text, topics } = found;
    sendPublicPage(reply, 200, {
      lang: words.lang,
      from: workspace,
      title: words.confirm.title,
      text: [words.confirm.ask(address_hint, workspace)],
      body: html`${agreed(words, consent_text, topics)}
        <form method="post"><p class="row">${button(words.confirm.submit, 'confirm')}</p></form>`,
      note: words.confirm.note,
    });
  }

  @Route(contracts.confirmSignUp)
  async confirm(
    @Input() { params }: InputOf<typeof contracts.confirmSignUp>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.signUps.confirm(params.token, request.ip);
    const found = await this.signUps.find(params.token);
    if (!found) return sendUnknownLink(request, reply);
    settled(reply, asked(request, found.language), found);
  }

  private async stamp(form: PublicForm): Promise<string> {
    return (await this.tokens.signer()).stamp(`form ${form.id}`, await this.now());
  }

  /** Seconds since the form was shown; undefined when that was not signed here. */
  private async age(form: PublicForm, shown: string): Promise<number | undefined> {
    const at = (await this.tokens.signer()).readStamp(`form ${form.id}`, shown);
    return at && ((await this.now()).getTime() - at.getTime()) / 1000;
  }

  private async now(): Promise<Date> {
    return (await this.database.row<{ now: Date }>('select cortex.now() as now'))!.now;
  }
}

/** A page that may stand in a shop's page. Its form may lead to where the form goes on to. */
function sendFramed(reply: FastifyReply, status: number, form: PublicForm | undefined, page: PublicPage): void {
  const onward = form?.redirect_url ? ` ${new URL(form.redirect_url).origin}` : '';
  reply.removeHeader('x-frame-options');
  reply.header(
    'content-security-policy',
    `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'${onward}; frame-ancestors *`,
  );
  sendPublicPage(reply, status, page);
}

/** The words of a page for whoever asks: in the person's language, where they are known. */
const asked = (request: CortexRequest, language?: string | null): PublicWords =>
  wordsFor(language, request.headers['accept-language']);

function unknownForm(reply: FastifyReply, { lang, signUp }: PublicWords): void {
  sendFramed(reply, 404, undefined, { lang, title: signUp.unknownTitle, text: [signUp.unknown] });
}

function formPage(
  reply: FastifyReply,
  status: number,
  words: PublicWords,
  form: PublicForm,
  given: Given,
  why?: string,
): void {
  const say = words.signUp;
  sendFramed(reply, status, form, {
    lang: words.lang,
    from: form.workspace,
    title: say.title(form.workspace),
    body: html`<form method="post" action="/forms/${form.id}">
      ${why ? html`<p class="said${status >= 400 ? ' wrong' : ''}" role="alert">${why}</p>` : nothing}<label
        class="field"
        ><span>${say.email}</span
        ><input type="email" name="email" required autocomplete="email" maxlength="254" value="${given.email}"
      /></label>
      <label class="field"
        ><span>${say.firstName}</span
        ><input name="first_name" autocomplete="given-name" maxlength="100" value="${given.first_name}"
      /></label>
      <label class="trap" aria-hidden="true"
        >${say.leaveEmpty} <input name="website" tabindex="-1" autocomplete="off"
      /></label>
      <input type="hidden" name="shown" value="${given.shown}" />${agreed(words, form.consent_text, form.topics)}
      <p class="row"><button>${say.submit}</button></p>
    </form>`,
  });
}

/** The same whoever signed up, whether the address was known or not. */
function done(reply: FastifyReply, { lang, signUp }: PublicWords, form: PublicForm): void {
  if (form.redirect_url) return void reply.status(303).header('location', form.redirect_url).send();
  sendFramed(reply, 200, form, {
    lang,
    from: form.workspace,
    title: form.double_opt_in ? signUp.checkTitle : signUp.thanksTitle,
    text: form.double_opt_in ? signUp.check : [signUp.thanks],
  });
}

function settled(reply: FastifyReply, { lang, confirm }: PublicWords, found: Confirmation): void {
  const confirmed = found.state === 'confirmed';
  sendPublicPage(reply, confirmed ? 200 : 410, {
    lang,
    from: found.workspace,
    title: confirmed ? confirm.doneTitle : confirm.expiredTitle,
    text: [confirmed ? confirm.done(found.address_hint, found.workspace) : confirm.expired(confirmDays)],
    body: confirmed
      ? html`<p><a href="${found.preferences_url}">${confirm.choose}</a></p>`
      : html`<p><a href="/f/${found.form_id}">${confirm.again}</a></p>`,
  });
}

const agreed = ({ signUp }: PublicWords, text: string, topics: readonly string[]): SafeHtml =>
  html`${topics.length > 0 ? html`<p class="soft">${signUp.topics(topics.join(', '))}</p>` : nothing}
    <blockquote class="soft">${text}</blockquote>`;
