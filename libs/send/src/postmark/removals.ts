import { Injectable } from '@nestjs/common';
import { Config, Database, openAttention, pauseSql, retryLaws, Vault } from '#platform';
import { defineJob, type JobHandlers, type Queue } from '#queue';
import { z } from 'zod';
import { PostmarkAccount } from './postmark-account.client.js';

/** Asks Postmark to remove what it has of people who were erased, and looks up whether it has. */
export const askForRemovals = defineJob({
  name: 'send.removals',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

/** Requests that one job looks at; the next one goes on. */
const AT_ONCE = 100;
const FAILED = pauseSql(retryLaws.removal, '(r.failures + 1)');

interface Open {
  id: string;
  sealed: string | null;
  requested_by: string;
  request_id: string | null;
}

/**
 * The requests that erasing somebody left for Postmark. One whose answer was lost is asked again: removing twice removes no
 * more than once. As soon as Postmark has taken it, the address is forgotten here.
 */
@Injectable()
export class Removals implements JobHandlers {
  private readonly account: PostmarkAccount | null;

  constructor(
    private readonly database: Database,
    { env }: Config,
    private readonly vault: Vault,
  ) {
    const { POSTMARK_ACCOUNT_TOKEN: token, POSTMARK_API_URL: url, POSTMARK_TIMEOUT_SECONDS: timeoutSeconds } = env;
    this.account = token ? new PostmarkAccount({ token, url, timeoutSeconds }) : null;
  }

  async bind(queue: Queue): Promise<void> {
    await queue.handle(askForRemovals, async () => void (await this.ask()));
  }

  /** @returns how many it looked at */
  async ask(): Promise<number> {
    const { account } = this;
    if (!account) return 0;
    const open = await this.database.rows<Open>(
      `select r.id, r.sealed, r.requested_by, r.request_id from cortex.removals_at_postmark r
       where r.done_at is null and r.next_try_at <= cortex.now() and r.noted_at > cortex.now() - interval '60 days'
       order by r.next_try_at limit ${AT_ONCE}`,
    );
    for (const one of open) await this.goOn(account, one);
    return open.length;
  }

  private async goOn(account: PostmarkAccount, { id, sealed, requested_by, request_id }: Open): Promise<void> {
    const answer =
      request_id === null && sealed !== null
        ? await account.remove(requested_by, (await this.vault.keys()).open(sealed, id))
        : await account.removal(Number(request_id));
    if ('failed' in answer) return this.failed(id);
    await this.database.run(
      `update cortex.removals_at_postmark r set request_id = $2, sealed = null, failures = 0,
         done_at = case when $3 then cortex.now() end, next_try_at = cortex.now() + interval '6 hours'
       where r.id = $1`,
      [id, answer.read.ID, String(answer.read.Status) === 'Done'],
    );
  }

  private async failed(id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await tx.row<{ given_up: boolean }>(
        `update cortex.removals_at_postmark r set failures = r.failures + 1, next_try_at = cortex.now() + ${FAILED}
         where r.id = $1 returning r.next_try_at is null as given_up`,
        [id],
      );
      if (!row?.given_up) return;
      await tx.run('update cortex.removals_at_postmark r set sealed = null where r.id = $1', [id]);
      await openAttention(tx, {
        key: 'removals_at_postmark',
        kind: 'removals_at_postmark',
        title: 'Postmark did not remove somebody who was erased',
        detail:
          'It did not take the request for two weeks. Check POSTMARK_ACCOUNT_TOKEN, and ask Postmark’s support to remove the recipient; the audit log says when a person was erased.',
      });
    });
  }
}
