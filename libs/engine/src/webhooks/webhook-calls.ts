import { Inject, Injectable } from '@nestjs/common';
import { enterGate, revealHeaders, SecretOfOtherHost } from '#automations';
import { HIDDEN, type HeaderValue, type Report } from '#graph';
import { adminAddresses } from '#contracts';
import {
  AppError,
  callOut,
  Config,
  Database,
  internet,
  lockPerson,
  LOG,
  notFound,
  openAttention,
  recordAudit,
  UnreadableSecret,
  Vault,
  type Actor,
  type Log,
  type Net,
  type Tried,
  type Tx,
} from '#platform';
import { ON_REPORT } from '../runs/journey.js';
import { beginTry, type CallRow } from './calls.queries.js';
import { signature } from './secrets.js';

/** What leaves with one call. */
export type Sent = Pick<CallRow, 'id' | 'url' | 'headers' | 'content_type' | 'body'>;

/** The headers of a call besides those of its signature, the step's own first. */
const withOwn = (headers: Record<string, string>, content_type: string): Record<string, string> => ({
  ...headers,
  'content-type': content_type,
  'user-agent': 'Cortex',
  accept: '*/*',
});

/** The same for somebody to look at: a header of the step's own has a value, and which one is nobody's to see. */
export const shownHeaders = (headers: Record<string, HeaderValue>, content_type: string): Record<string, string> =>
  withOwn(
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value === '' ? '' : HIDDEN])),
    content_type,
  );

/** Makes the calls of webhook steps, one try at a time, and tells the waiting runs how they went. */
@Injectable()
export class WebhookCalls {
  private net: Net;

  constructor(
    private readonly database: Database,
    config: Config,
    private readonly vault: Vault,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.net = internet(config);
    if (this.net.allowed.length > 0)
      log.warn(
        { networks: config.env.CORTEX_WEBHOOK_NETWORKS },
        'webhook steps may call networks besides the internet, as CORTEX_WEBHOOK_NETWORKS says',
      );
  }

  /** For tests: other ways to find addresses. */
  through(net: Net): this {
    this.net = net;
    return this;
  }

  /**
   * One try of a call; a settled one is left alone.
   * @throws Error when it failed and may be tried again
   */
  async deliver(id: string, signal?: AbortSignal): Promise<void> {
    const call = await beginTry(this.database, id);
    if (!call) return;
    const tried = await this.attempt(call, signal);
    if (tried.ok || tried.final) return this.settle(call, tried);
    await this.database.run(`update cortex.webhook_calls set status = $2, answer = $3, error = $4 where id = $1`, [
      id,
      tried.status ?? null,
      tried.answer ?? null,
      tried.reason,
    ]);
    throw new Error(tried.reason);
  }

  /** Posts once what is given, signed, and writes nothing down. Never throws for what the receiver does. */
  async attempt(call: Sent & { attempts?: number }, signal?: AbortSignal): Promise<Tried & { took_ms: number }> {
    const began = performance.now();
    const tried = await this.posted(call, signal);
    const took_ms = Math.round(performance.now() - began);
    this.log.info(
      { call_id: call.id, attempt: call.attempts ?? 1, status: tried.status, took_ms },
      tried.ok ? 'a webhook was called' : 'a webhook could not be called',
    );
    return { ...tried, took_ms };
  }

  private async posted(call: Sent, signal?: AbortSignal): Promise<Tried> {
    let own: Record<string, string>;
    try {
      own = await revealHeaders(this.database, this.vault, call.url, call.headers);
    } catch (error) {
      if (error instanceof SecretOfOtherHost)
        return {
          ok: false,
          final: true,
          reason: 'a header’s value was set for another host; set it again in the step',
        };
      if (!(error instanceof UnreadableSecret)) throw error;
      return { ok: false, final: true, reason: 'a header has no value that can be read; set it again in the step' };
    }
    const signed = await signature(this.database, this.vault, call.id, call.body);
    const headers = { ...withOwn(own, call.content_type), ...signed };
    const tried = await callOut({ url: call.url, headers, body: call.body }, this.net, signal);
    return tried.answer === undefined ? tried : { ...tried, answer: withoutValues(tried.answer, own) };
  }

  /** Tries are used up: the call is kept for somebody to send it again, and its run goes on by “failed”. */
  async giveUp(id: string): Promise<void> {
    const call = await this.database.row<
      CallRow & { error: string | null; status: number | null; answer: string | null }
    >(`select * from cortex.webhook_calls where id = $1 and state in ('queued', 'given')`, [id]);
    if (!call) return;
    await this.settle(call, {
      ok: false,
      final: true,
      reason: call.error ?? 'it never came to a call',
      ...(call.status === null ? {} : { status: call.status }),
      ...(call.answer === null ? {} : { answer: call.answer }),
    });
  }

  private async settle(call: CallRow, tried: Tried): Promise<void> {
    await this.database.tx(async (tx) => {
      await enterGate(tx);
      await lockPerson(tx, call.person_id);
      const settled = await tx.run(
        `update cortex.webhook_calls set state = $2, status = $3, answer = $4, error = $5, settled_at = cortex.now()
         where id = $1 and state in ('queued', 'given')`,
        [
          call.id,
          tried.ok ? 'delivered' : 'dead',
          tried.status ?? null,
          tried.answer ?? null,
          tried.ok ? null : tried.reason,
        ],
      );
      if (settled === 0) return;
      await report(tx, call, tried.ok ? { port: 'next' } : { port: 'failed', reason: tried.reason }, tried.status);
      if (!tried.ok) await reportDeadCall(tx, call, tried.reason);
    });
  }

  /**
   * Sends a call that failed for good once more, as it was; its run has gone on long ago and does not move.
   * @throws AppError 404; 409 when it did not fail
   */
  async replay(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const call = await tx.row<{ state: string }>('select state from cortex.webhook_calls where id = $1 for update', [
        id,
      ]);
      if (!call) throw notFound('webhook call');
      if (call.state !== 'dead') {
        throw new AppError(
          'webhook_call_not_failed',
          `Only a call that failed for good can be sent again. This one is ${call.state}.`,
          { facts: { state: call.state } },
        );
      }
      await tx.run(`update cortex.webhook_calls set state = 'queued', settled_at = null, attempts = 0 where id = $1`, [
        id,
      ]);
      await recordAudit(tx, actor, { action: 'webhook_call.replayed', targetKind: 'webhook_call', targetId: id });
    });
  }
}

/** Characters of a value from which on it can be told from ordinary text. */
const TELLING = 6;

/** An answer may repeat what it was sent, and answers are read by many: the values of headers are hidden in it. */
function withoutValues(answer: string, headers: Record<string, string>): string {
  // What begins with `webhook-` is the call's own and no secret.
  const values = Object.entries(headers).flatMap(([name, value]) => (name.startsWith('webhook-') ? [] : [value]));
  const secrets = values
    .flatMap((value) => [value, value.split(' ').at(-1)!])
    .filter(({ length }) => length >= TELLING);
  return secrets
    .toSorted((a, b) => b.length - a.length)
    .reduce((text, secret) => text.replaceAll(secret, HIDDEN), answer);
}

/** Tells a run that still waits at that step how its call went; it goes on when it is woken. */
async function report(tx: Tx, call: CallRow, told: Report, status: number | undefined): Promise<void> {
  const facts = { report: told, attempts: call.attempts, ...(status === undefined ? {} : { status }) };
  await tx.run(
    `with step as (
       update cortex.automation_run_steps set outcome = outcome || $4::jsonb
       where run_id = $1 and node_id = $2 and visit = $3 and left_at is null and not outcome ? 'report'
       returning run_id, node_id)
     update cortex.automation_runs r set wake_at = cortex.now() from step
     where r.id = step.run_id and r.node_id = step.node_id and r.status = 'waiting' and r.waiting_for = $5`,
    [call.run_id, call.node_id, call.visit, JSON.stringify(facts), ON_REPORT],
  );
}

/** One open item per step, however many calls fail. */
async function reportDeadCall(tx: Tx, call: CallRow, reason: string): Promise<void> {
  const row = await tx.row<{ name: string | null; dead: number }>(
    `select (select name from cortex.automations where id = $1) as name,
       (select count(*)::int from cortex.webhook_calls where automation_id = $1 and node_id = $2 and state = 'dead') as dead`,
    [call.automation_id, call.node_id],
  );
  const dead = row?.dead ?? 1;
  await openAttention(tx, {
    key: `webhook:${call.automation_id}:${call.node_id}`,
    kind: 'webhook',
    title: 'A webhook keeps failing',
    detail: `${dead === 1 ? 'One call' : `${dead} calls`} of “${row?.name ?? 'a removed automation'}” to ${new URL(call.url).host} failed. Last error: ${reason}.`,
    action: { label: 'Look at the calls', href: adminAddresses.settings('webhooks') },
    facts: { automation_id: call.automation_id, node_id: call.node_id, call_id: call.id },
  });
}
