import { Inject, Injectable } from '@nestjs/common';
import { linkProof } from '#contracts';
import { Database } from '#platform';
import { settingSql } from '#rules';
import { LinkTokens } from '../rendering/link-tokens.js';

/** What a link of a mail has proven. */
export interface MailProof {
  message_id: string;
  /** Of the mail's person. */
  email: string;
}

/** What links in mails to the shop's pages prove of whoever follows them. */
@Injectable()
export class LinkProofs {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LinkTokens) private readonly tokens: LinkTokens,
  ) {}

  /**
   * Uses the proof of a mail for a visitor. The first visitor who comes with it has it, for hours; to everybody else,
   * such as those to whom the mail was forwarded, it proves nothing any more. Nor does one that is too old, of a mail to
   * a former address, or of a visitor who is somebody else already; linked accounts are one person. What was not signed here costs no look at the database.
   * @returns undefined where nothing is proven
   */
  async use(proof: string, anonymousId: string): Promise<MailProof | undefined> {
    const subject = (await this.tokens.signer()).read('proof', proof);
    if (!subject) return undefined;
    return this.database.row<MailProof>(
      `with mail as materialized (
         select m.id, coalesce(p.email, p.address::citext)::text as email
         from cortex.messages m
         left join cortex.person_merges g on g.person_id = m.person_id
         join cortex.people p on p.person_id = coalesce(g.into_person_id, m.person_id)
         where m.id = $1 and ${settingSql('mail_link_proof')} and not m.to_colleague and p.type is not null
           -- A link may be followed before it is written down that the mail was sent.
           and m.state in ('submitting', 'sent', 'uncertain', 'unknown')
           and m.submitted_at > cortex.now() - make_interval(days => $3)
           and p.address = cortex.address(m.contact_email) collate "C"
           and not exists (
             select from cortex.visitors v where v.anonymous_id = $2
               and coalesce((select k.into_person_id from cortex.person_links k where k.person_id = v.person_id), v.person_id)
                 <> coalesce((select k.into_person_id from cortex.person_links k where k.person_id = p.person_id), p.person_id))
       ), used as (
         insert into cortex.link_proofs as u (message_id, anonymous_id) select mail.id, $2 from mail
         on conflict (message_id) do update set anonymous_id = u.anonymous_id
           where u.anonymous_id = excluded.anonymous_id and u.used_at > cortex.now() - make_interval(hours => $4)
         returning u.message_id
       )
       select mail.id as message_id, mail.email from mail join used on used.message_id = mail.id`,
      [subject.message_id, anonymousId, linkProof.days, linkProof.hours],
    );
  }
}
