import { Injectable } from '@nestjs/common';
import { colleagueContact } from '#broadcasts';
import {
  contactJson,
  findMessage,
  leadJson,
  presentMessage,
  renderAside,
  sampleData,
  LinkTokens,
  type MailContent,
  type MailData,
  type MailLinks,
  type RenderedMail,
  type SendFacts,
} from '#emails';
import { Config, Database, notFound, unknownAddress } from '#platform';
import { readiness, type Stream } from '../claiming/readiness.js';

interface Parts extends MailContent {
  person_id: string;
  contact_email: string;
  stream: Stream;
  data: MailData;
  email_from: string | null;
  facts: SendFacts | null;
}

/** With whose data a mail is shown. */
interface Whom {
  contact_email?: string | undefined;
  /** The address is that of somebody who works here. */
  colleague?: boolean | undefined;
}

/** Shows mails: as they were sent, from stored content, frozen data and the batch's facts; or as they would be. */
@Injectable()
export class MessageView {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly tokens: LinkTokens,
  ) {}

  /**
   * A mail as it was sent. Its links are signed for the person who got it, so they are given to nobody else unless
   * `withLiveLinks`: whoever opened them here would act as that person.
   * @throws AppError 404
   */
  async show(id: string, withLiveLinks = false) {
    const row = await findMessage(this.database, id);
    const rendered = await this.render(id, withLiveLinks, withLiveLinks);
    if (!row || !rendered) throw notFound('mail');
    return { ...presentMessage(row), ...rendered, from: rendered.from };
  }

  /**
   * What the person got, or undefined when there is no such mail. A part that cannot be made is said in its place.
   * @param withLiveLinks as they got it; otherwise its links lead nowhere
   * @param withProof also with what proves who follows them; not on a page, whose address people pass on
   */
  async render(id: string, withLiveLinks: boolean, withProof = false): Promise<RenderedMail | undefined> {
    const row = await this.database.row<Parts>(
      `select m.person_id, m.contact_email, m.stream, m.data, m.email_from, b.facts, c.subject, c.preheader, c.html, c.text,
         c.reply_to, c.utm
       from cortex.messages m join cortex.mail_contents c on c.id = m.content_id
       left join cortex.send_batches b on b.id = m.batch_id where m.id = $1`,
      [id],
    );
    if (!row) return undefined;
    // The data of a mail goes when it is kept no longer, or when the person is erased.
    if (Object.keys(row.data).length === 0) return keptNoLonger(row);
    const facts = row.facts ?? (await this.facts(row.stream));
    const links = withLiveLinks
      ? (await this.tokens.signer()).links({ person_id: row.person_id, message_id: id }, withProof)
      : this.nowhere();
    try {
      return await renderAside({ content: row, data: row.data, facts, links, from: row.email_from });
    } catch (error) {
      const reason = `This mail cannot be made: ${(error as Error).message}.`;
      return { from: row.email_from ?? facts.sender, subject: row.subject, html: '', text: reason, headers: [] };
    }
  }

  /**
   * Unsaved content as this contact would get it, about their newest lead, with links that lead nowhere. Nothing
   * is stored.
   * @param whom a made-up person where nobody is named
   * @throws AppError 404 when nobody has this address; TemplateError when the content does not parse
   */
  async preview(
    content: MailContent,
    stream: Stream,
    { contact_email: email, colleague = false }: Whom,
    from?: string,
  ): Promise<RenderedMail> {
    const contact = email ? await this.contact(email, colleague) : sampleData.contact;
    const lead = colleague ? {} : email ? await this.newestLead(email) : sampleData.lead;
    const facts = await this.facts(stream);
    return renderAside({ content, data: { contact, activity: {}, lead }, facts, links: this.nowhere(), from });
  }

  /** Links that are nobody's. */
  private nowhere(): MailLinks {
    const nowhere = `${this.config.publicUrl}/preview`;
    return {
      unsubscribe: `${nowhere}#unsubscribe`,
      preferences: `${nowhere}#preferences`,
      view: nowhere,
      reset: `${nowhere}#reset`,
      confirm: `${nowhere}#confirm`,
      password: `${nowhere}#password`,
    };
  }

  /**
   * The fields of a contact that a template may show.
   * @param colleague of somebody who works here, as mail to colleagues has them
   * @throws AppError 404
   */
  async contact(email: string, colleague = false): Promise<Record<string, unknown>> {
    if (colleague) {
      const known = await colleagueContact(this.database, email);
      if (!known) throw unknownAddress();
      return known;
    }
    const row = await this.database.row<{ contact: Record<string, unknown> }>(
      `select ${contactJson} as contact from cortex.people p
       where p.address = cortex.address($1::citext) and p.type is not null`,
      [email],
    );
    if (!row) throw unknownAddress();
    return row.contact;
  }

  private async newestLead(email: string): Promise<Record<string, unknown>> {
    const row = await this.database.row<{ lead: Record<string, unknown> }>(
      `select ${leadJson} as lead
       from public.purchase_leads l left join public.courses c on c.id = l.course_id
       where (cortex.address(l.email)) collate "C" = cortex.address($1::citext)
       order by l.created_at desc, l.id desc limit 1`,
      [email],
    );
    return row?.lead ?? {};
  }

  private async facts(stream: Stream): Promise<SendFacts> {
    const ready = await this.database.tx((tx) =>
      readiness(tx, this.config, stream, 'outbox', undefined, { evenIfStopped: true }),
    );
    if (!ready.ready) throw new Error(`A mail cannot be shown: ${ready.reason}.`);
    return ready.facts;
  }
}

const keptNoLonger = ({ email_from, facts, subject }: Parts): RenderedMail => ({
  from: email_from ?? facts?.sender ?? '',
  subject: /\{[{%]/.test(subject) ? '' : subject,
  html: '',
  text: 'What this e-mail said is kept no longer.',
  headers: [],
});
