import { Injectable } from '@nestjs/common';
import type { ContactActionInput } from '#contracts';
import { addressOf, personIdsOf, type ContactRow } from '#directory';
import { Config, invalidRequest, Vault, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';
import { noteForPostmark } from '../erasure/ask-postmark.js';
import {
  cancelTheirMail,
  endTheirRuns,
  eraseRecords,
  removeTheirSignIn,
  suppressForGood,
} from '../erasure/erase-records.js';
import { deleteFilesWithThem, emptyAudit, emptyTheirActions, eraseFreeText } from '../erasure/erase-traces.js';
import { sendersAmong } from '../erasure/our-senders.js';
import { whoAre, type Known } from '../erasure/who.js';

interface Plan extends Known {
  email: string;
  /** Of their addresses those that the workspace's mail comes from. */
  senders: string[];
  counts: { activities: number; mails: number; runs: number; waiting: number; orders: number };
}

/**
 * Erases a person and the accounts linked to theirs. What names them goes; what happened stays, as that of nobody. Mail is
 * stopped first, so that none leaves while the rest is done, and what the other effects go by goes last.
 */
@Injectable()
export class ErasePerson implements ActionDefinition<'erase', Plan> {
  readonly name = 'erase';
  readonly audit = 'contact.erased';
  readonly leavesNobody = true;
  readonly effects: readonly Effect<Plan>[];

  constructor(
    private readonly config: Config,
    private readonly vault: Vault,
  ) {
    this.effects = [
      { name: 'suppress', label: 'Never mail the address again', run: suppress },
      { name: 'mail', label: 'Cancel waiting mail', run: cancelMail },
      { name: 'runs', label: 'End their automations', run: endRuns },
      { name: 'sign_in', label: 'Remove their sign-in', run: removeSignIn },
      { name: 'records', label: 'Erase profile, leads and history', run: erase },
      { name: 'postmark', label: 'Have Postmark remove them', run: (tx, context) => this.askPostmark(tx, context) },
      {
        name: 'traces',
        label: 'Erase what other records say of them',
        needs: ['suppress', 'mail', 'runs', 'sign_in', 'records', 'postmark'],
        run: eraseTraces,
      },
    ];
  }

  async unavailable(tx: Tx, person: ContactRow): Promise<string | undefined> {
    const colleague = await tx.row(
      `select from cortex_staff."user" u where cortex.address(u.email::public.citext) = $1`,
      [person.address],
    );
    return colleague
      ? 'Somebody of your team signs in with this address. Remove their staff account first.'
      : undefined;
  }

  async plan(tx: Tx, person: ContactRow, { reason }: ContactActionInput<'erase'>): Promise<Plan> {
    const known = await whoAre(tx, await personIdsOf(tx, person.person_id));
    if (known.spellings.some((address) => reason.toLowerCase().includes(address)))
      throw invalidRequest('Leave their address out of the reason: it stays in the audit log.', [
        { pointer: '/reason', message: 'Do not name the person here.' },
      ]);
    const counts = await tx.row<Plan['counts']>(
      `select
         (select count(*)::int from public.crm_activities a where a.person_id = any($1::uuid[])) as activities,
         (select count(*)::int from cortex.messages m where m.person_id = any($1::uuid[])) as mails,
         (select count(*)::int from cortex.automation_runs r
           where r.person_id = any($1::uuid[]) and r.status in ('active', 'waiting')) as runs,
         (select count(*)::int from cortex.outgoing o where o.person_id = any($1::uuid[])) as waiting,
         (select count(*)::int from public.transactions t where t.profile_id = any($2::uuid[])) as orders`,
      [known.person_ids, known.profile_ids],
    );
    const senders = await sendersAmong(tx, known.addresses);
    return { ...known, email: person.email ?? person.address, senders, counts: counts! };
  }

  assertConfirmed({ addresses }: Plan, { confirm }: ContactActionInput<'erase'>): void {
    if (confirm !== undefined && addresses.includes(addressOf(confirm) ?? '')) return;
    throw invalidRequest('Nothing was done. Type their email address to say that you mean it.', [
      { pointer: '/confirm', message: 'This is not their email address.' },
    ]);
  }

  preview({ email, addresses, person_ids, senders, counts }: Plan) {
    const others = addresses.filter((address) => address !== addressOf(email));
    return {
      sentences: [
        `${email} is erased for good. Nobody can bring this back.`,
        'Their names, addresses, fields, tags, notes, consent and sign-in go, and what their activities, mails, webhook calls and the audit log say about them.',
        whatStays(counts),
        'Of their address only a hash stays, so that it is never mailed again.',
      ],
      warnings: [
        ...(person_ids.length > 1 ? [`${person_ids.length} linked accounts are one person, and all are erased.`] : []),
        ...(others.length > 0 ? [`Addresses that they had before go too: ${others.slice(0, 5).join(', ')}.`] : []),
        ...senders.map(
          (address) =>
            `Your e-mail comes from ${address}. It stays wherever it stands as yours: as a sender, and in texts.`,
        ),
        'Backups and files that somebody downloaded before are not changed.',
      ],
      effects: {
        suppress: addresses.length === 1 ? 'A hash of it is kept' : `Hashes of ${addresses.length} addresses are kept`,
        mail: some(counts.waiting, 'waiting mail', 'waiting mails'),
        runs: some(counts.runs, 'run ends', 'runs end'),
        sign_in: 'Account, password and sessions',
        records: `${some(counts.activities, 'activity', 'activities')}, ${some(counts.mails, 'mail', 'mails')}`,
        postmark: this.mayAskPostmark
          ? 'It is asked to remove what it has of the address'
          : 'It cannot be asked: POSTMARK_ACCOUNT_TOKEN is not set',
        traces: 'Audit log, files of imports and exports, results of jobs, and any other text that has their address',
      },
      confirm: { label: 'Type their email address', value_hint: email },
    };
  }

  summary = (): string => 'Erased';

  private get mayAskPostmark(): boolean {
    return this.config.env.POSTMARK_ACCOUNT_TOKEN !== undefined;
  }

  private async askPostmark(tx: Tx, { plan, by }: ActionContext<Plan>): Promise<Outcome> {
    if (!this.mayAskPostmark)
      return {
        state: 'not_needed',
        detail: 'Without POSTMARK_ACCOUNT_TOKEN it cannot be asked. What Postmark has goes after its own time.',
      };
    await noteForPostmark(tx, this.vault, by, plan);
    return { state: 'done', detail: 'It is asked within ten minutes, and until it takes the request.' };
  }
}

const whatStays = ({ orders, activities }: Plan['counts']): string => {
  const what = some(activities, 'activity', 'activities');
  const why = 'so that books and reports still add up, and belong to nobody then';
  return orders > 0
    ? `Their ${some(orders, 'order stays', 'orders stay')} with amount and date, and ${what} with type and time, ${why}.`
    : `They have no orders. Of their ${what} type and time stay, ${why}.`;
};

const some = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

async function suppress(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const added = await suppressForGood(tx, plan);
  return added > 0
    ? { state: 'done', detail: 'A hash of the address is kept, and no mail goes to it.' }
    : { state: 'not_needed', detail: 'The address was erased before.' };
}

async function cancelMail(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const n = await cancelTheirMail(tx, plan);
  return n > 0
    ? { state: 'done', detail: `${some(n, 'mail', 'mails')} cancelled.` }
    : { state: 'not_needed', detail: 'No mail was waiting.' };
}

async function endRuns(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  const n = await endTheirRuns(tx, plan);
  return n > 0
    ? { state: 'done', detail: `${some(n, 'run', 'runs')} ended.` }
    : { state: 'not_needed', detail: 'They were in no automation.' };
}

async function removeSignIn(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  return (await removeTheirSignIn(tx, plan))
    ? { state: 'done', detail: 'They cannot sign in any more.' }
    : { state: 'not_needed', detail: 'They had no sign-in.' };
}

async function erase(tx: Tx, { plan }: ActionContext<Plan>): Promise<Outcome> {
  await eraseRecords(tx, plan);
  return { state: 'done', detail: 'They are in the directory no more.' };
}

async function eraseTraces(tx: Tx, { id, by, plan }: ActionContext<Plan>): Promise<Outcome> {
  // Asked anew: a sender may have been added since.
  const senders = new Set(await sendersAmong(tx, plan.addresses));
  const theirs = { ...plan, spellings: plan.spellings.filter((one) => !senders.has(addressOf(one) ?? '')) };
  const entries = await emptyAudit(tx, by, id, theirs);
  await emptyTheirActions(tx, id, plan);
  const files = await deleteFilesWithThem(tx, plan);
  const rows = await eraseFreeText(tx, theirs);
  return {
    state: 'done',
    detail: `${some(entries, 'audit entry', 'audit entries')} emptied, ${some(files, 'file', 'files')} deleted, ${some(rows, 'other record', 'other records')} changed.`,
  };
}
