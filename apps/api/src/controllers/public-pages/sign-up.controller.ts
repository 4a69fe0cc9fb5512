import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { LinkTokens, oneLine, SignUpForms, type PublicForm } from '#emails';
import { AppError, Database } from '#platform';
import { signUpAddress, SignUps, type Confirmation } from '#send';
import {
  button,
  fieldOf,
  html,
  nothing,
  sendPublicPage,
  sendUnknownLink,
  type PublicPage,
  type SafeHtml,
} from '../../http/public-page.js';
import type { CortexRequest } from '../../http/permission.js';
import { Input, Route } from '../../http/route.js';

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
  async show(@Input() { params }: InputOf<typeof contracts.showForm>, @Res() reply: FastifyReply) {
    const form = await this.forms.find(params.id);
    if (!form) return unknownForm(reply);
    formPage(reply, 200, form, { email: '', first_name: '', shown: await this.stamp(form) });
  }

  @Route(contracts.submitForm)
  async submit(
    @Input() { params }: InputOf<typeof contracts.submitForm>,
    @Req() request: CortexRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = await this.forms.find(params.id);
    if (!form) return unknownForm(reply);
    const field = (name: string) => (fieldOf(request.body, name) ?? '').trim();
    const given = {
      email: field('email'),
      first_name: oneLine(field('first_name')).slice(0, 100).toWellFormed(),
      shown: field('shown'),
    };
    const again = async (why: string | undefined, status = 200, shown?: string) =>
      formPage(reply, status, form, { ...given, shown: shown ?? (await this.stamp(form)) }, why);
    const address = signUpAddress(given.email);
    if (!address) return again('Enter an e-mail address, such as name@example.com.', 422);
    // Only programs fill in what nobody sees. They are told what everybody is told.
    if (field('website') !== '') return done(reply, form);
    const age = await this.age(form, given.shown);
    // A shop's own form cannot say when it was shown: one more press of a button, on a page that can.
    if (age === undefined || age > latest) return again(given.shown === '' ? 'Press the button to finish.' : undefined);
    if (age < soonest) return again('That was quick. Please press the button once more.', 200, given.shown);
    try {
      await this.signUps.take(form, address, given.first_name || undefined, request.ip);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'too_many_attempts') throw error;
      reply.header('retry-after', '3600');
      return again(error.message, 429, given.shown);
    }
    done(reply, form);
  }

  @Route(contracts.showConfirm)
  async showConfirm(@Input() { params }: InputOf<typeof contracts.showConfirm>, @Res() reply: FastifyReply) {
    const found = await this.signUps.find(params.token);
    if (!found) return sendUnknownLink(reply);
    if (found.state !== 'open') return settled(reply, found);
    const { workspace, address_hint, consent_text, topics } = found;
    sendPublicPage(reply, 200, {
      from: workspace,
      title: 'Confirm your subscription',
      text: [`Was it you who signed up with ${address_hint}? Then confirm, and e-mails from ${workspace} will come.`],
      body: html`${agreed(consent_text, topics)}
        <form method="post"><p class="row">${button('Confirm subscription', 'confirm')}</p></form>`,
      note: 'If it was not you, close this page. You will not get any e-mails.',
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
    if (!found) return sendUnknownLink(reply);
    settled(reply, found);
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

function unknownForm(reply: FastifyReply): void {
  sendFramed(reply, 404, undefined, {
    title: 'This form does not exist',
    text: ['It may have been removed. Ask whoever gave you the address for another one.'],
  });
}

function formPage(reply: FastifyReply, status: number, form: PublicForm, given: Given, why?: string): void {
  sendFramed(reply, status, form, {
    from: form.workspace,
    title: `Get e-mails from ${form.workspace}`,
    body: html`<form method="post" action="/forms/${form.id}">
      ${why ? html`<p class="said${status >= 400 ? ' wrong' : ''}" role="alert">${why}</p>` : nothing}<label
        class="field"
        ><span>E-mail address</span
        ><input type="email" name="email" required autocomplete="email" maxlength="254" value="${given.email}"
      /></label>
      <label class="field"
        ><span>First name (optional)</span
        ><input name="first_name" autocomplete="given-name" maxlength="100" value="${given.first_name}"
      /></label>
      <label class="trap" aria-hidden="true"
        >Leave this empty <input name="website" tabindex="-1" autocomplete="off"
      /></label>
      <input type="hidden" name="shown" value="${given.shown}" />${agreed(form.consent_text, form.topics)}
      <p class="row"><button>Sign up</button></p>
    </form>`,
  });
}

/** The same whoever signed up, whether the address was known or not. */
function done(reply: FastifyReply, form: PublicForm): void {
  if (form.redirect_url) return void reply.status(303).header('location', form.redirect_url).send();
  sendFramed(reply, 200, form, {
    from: form.workspace,
    title: form.double_opt_in ? 'Check your inbox' : 'Thank you',
    text: form.double_opt_in
      ? [
          'We have sent you an e-mail with a link. Open the link to confirm that it was you.',
          'Nothing there? Look in the spam folder. We send one such e-mail a day at most.',
        ]
      : ['You are signed up. If you had unsubscribed before, we have sent you an e-mail to confirm it.'],
  });
}

function settled(reply: FastifyReply, found: Confirmation): void {
  const confirmed = found.state === 'confirmed';
  sendPublicPage(reply, confirmed ? 200 : 410, {
    from: found.workspace,
    title: confirmed ? 'Your subscription is confirmed' : 'This link has expired',
    text: confirmed
      ? [`Thank you. E-mails from ${found.workspace} go to ${found.address_hint}. Each has a link to unsubscribe.`]
      : ['Links like this work for 7 days. Sign up once more to get a new one.'],
    body: confirmed
      ? html`<p><a href="${found.preferences_url}">Choose what you get</a></p>`
      : html`<p><a href="/f/${found.form_id}">Sign up again</a></p>`,
  });
}

const agreed = (text: string, topics: readonly string[]): SafeHtml =>
  html`${topics.length > 0 ? html`<p class="soft">Topics: ${topics.join(', ')}</p>` : nothing}
    <blockquote class="soft">${text}</blockquote>`;
