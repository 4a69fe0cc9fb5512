import { Inject, Injectable } from '@nestjs/common';
import { LinkTokens, withoutProof } from '#emails';
import { Database, LOG, type Log } from '#platform';
import { byMachine, noteUse, type OurMessage } from './postmark-meaning.js';

/** Who fetches a tracked link or picture, as far as the request tells. */
export interface Fetcher {
  method: string;
  userAgent: string;
  /** `Purpose` and `Sec-Purpose`: a browser that fetches ahead says so. */
  purpose: string;
}

/** Nobody reads a mail so soon after we handed it over; scanners do. In seconds. */
const tooSoon = 10;

/** Opens and clicks that Cortex counts itself, where the setting says so. */
@Injectable()
export class OwnReports {
  constructor(
    private readonly database: Database,
    private readonly tokens: LinkTokens,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Where a signed link leads; undefined when it was not signed here. Notes the click; the way on does not depend on it. */
  async clicked(token: string, by: Fetcher): Promise<string | undefined> {
    const click = (await this.tokens.signer()).readClick(token);
    if (!click) return undefined;
    await this.note(click.message_id, 'clicked', by, withoutProof(click.url));
    return click.url;
  }

  /** Notes that a mail was opened; a token that was not made here is nobody's. */
  async opened(token: string, by: Fetcher): Promise<void> {
    const subject = (await this.tokens.signer()).read('open', token);
    if (subject) await this.note(subject.message_id, 'opened', by);
  }

  private async note(messageId: string, what: 'opened' | 'clicked', by: Fetcher, link = ''): Promise<void> {
    try {
      const noted = await this.database.tx(async (tx) => {
        const message = await tx.row<OurMessage & { soon: boolean }>(
          `select m.id, m.person_id, m.contact_email, m.stream, m.automation_id, m.broadcast_id, m.run_id, m.node_id,
             m.dedupe_key, m.state, m.sent_at > cortex.now() - make_interval(secs => $2) as soon
           from cortex.messages m where m.id = $1 and m.state = 'sent' for no key update`,
          [messageId, tooSoon],
        );
        if (!message) return false;
        const event = { UserAgent: by.userAgent, OriginalLink: link };
        const machine =
          (await byMachine(tx, event, message, what)) ||
          by.method !== 'GET' ||
          by.userAgent === '' ||
          /prefetch|preview|prerender/i.test(by.purpose) ||
          message.soon;
        const type = `email.${what}${machine ? '_by_machine' : ''}`;
        // Whoever follows one link again and again has followed it once this hour.
        const known = await tx.row(
          `select 1 from public.crm_activities a
           where a.person_id = $1 and a.type = $2 and a.occurred_at > cortex.now() - interval '1 hour'
             and a.metadata ->> 'message_id' = $3 and coalesce(a.metadata ->> 'link', '') = $4 limit 1`,
          [message.person_id, type, message.id, link],
        );
        if (known) return false;
        await noteUse(tx, event, message, what, { machine, source: 'email' });
        return true;
      });
      if (noted) await this.database.run("select pg_notify('cortex_inbox', '')");
    } catch (error) {
      this.log.warn({ err: error, what }, 'an opening or a click was not noted');
    }
  }
}
