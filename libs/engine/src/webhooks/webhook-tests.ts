import { Injectable } from '@nestjs/common';
import { automationById } from '#automations';
import { addressOf, peopleOf } from '#directory';
import { sampleData, TemplateError, type MailData } from '#emails';
import { indexGraph, type HeaderValue } from '#graph';
import { AppError, Database, lockKey, newId, recordAudit, unknownAddress, type Actor, type Tx } from '#platform';
import { mailData } from '../runs/mail-data.js';
import { callText } from './call-text.js';
import { shownHeaders, WebhookCalls } from './webhook-calls.js';

/** Test calls that may leave within a minute, whoever asks. */
const MOST_A_MINUTE = 10;
const ACTION = 'webhook.tested';

/** A webhook step as it stands in the editor, saved or not. */
export interface DrawnCall {
  node_id: string;
  body?: Record<string, unknown> | string | undefined;
  headers?: Record<string, HeaderValue> | undefined;
}

/** What would leave, without its signature and without the values of the step's own headers. */
export interface ShownCall {
  headers: Record<string, string>;
  body: string;
}

/** How one test call went. */
export interface TestedCall extends ShownCall {
  ok: boolean;
  /** Null when nothing answered, or it was not even called. */
  status: number | null;
  took_ms: number;
  /** The beginning of the answer. */
  answer: string | null;
  /** Why it does not count as answered. */
  reason: string | null;
}

/** Shows what a webhook step says of somebody, and posts it once when a person asks. No run moves, nothing is repeated. */
@Injectable()
export class WebhookTests {
  constructor(
    private readonly database: Database,
    private readonly calls: WebhookCalls,
  ) {}

  /**
   * What the step would send about this person, or about somebody made up.
   * @throws AppError 404 for an unknown automation or person; 422 when a text of the step is no Liquid
   */
  async preview(automationId: string, step: DrawnCall, contactEmail?: string): Promise<ShownCall> {
    const { headers, content_type, body } = await this.text(automationId, step, contactEmail);
    return { headers: shownHeaders(headers, content_type), body };
  }

  /**
   * Posts it once now, signed as every call and marked as a test by the header `webhook-test`.
   * @throws AppError as `preview`; 429 when too many were sent within a minute
   */
  async send(actor: Actor, automationId: string, url: string, step: DrawnCall, to?: string): Promise<TestedCall> {
    const text = await this.text(automationId, step, to);
    const marked = { ...text, headers: { ...text.headers, 'webhook-test': 'true' } };
    await this.database.tx((tx) => counted(tx, actor, automationId, step.node_id, url));
    const tried = await this.calls.attempt({ id: newId(), url, ...marked });
    return {
      ok: tried.ok,
      status: tried.status ?? null,
      took_ms: tried.took_ms,
      answer: tried.answer ?? null,
      reason: tried.ok ? null : tried.reason,
      headers: { ...shownHeaders(text.headers, text.content_type), 'webhook-test': 'true' },
      body: marked.body,
    };
  }

  private async text(automationId: string, { node_id, body, headers }: DrawnCall, contactEmail?: string) {
    const automation = await automationById(this.database, automationId);
    const start = indexGraph(automation.draft_graph).entry?.config.activity_type;
    const type = typeof start === 'string' && start !== '' ? start : undefined;
    const { data, now } = await this.database.tx(async (tx) => {
      const { now } = (await tx.row<{ now: Date }>('select cortex.now() as now'))!;
      return { now, data: contactEmail ? await dataOf(tx, contactEmail, type) : madeUp(now, type) };
    });
    try {
      const text = callText(body, data, {
        at: now,
        automation: { id: automation.id, name: automation.name },
        // Of no run: nobody is inside because of a test.
        run_id: newId(),
        node_id,
        test: true,
      });
      return { headers: headers ?? {}, ...text };
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw new AppError('invalid_template', `The body cannot be rendered: ${error.message} (line ${error.line}).`, {
        errors: [{ pointer: '/config/body', message: `Line ${error.line}, column ${error.column}: ${error.message}.` }],
      });
    }
  }
}

/** Writes down who tests what; whoever comes when the minute is full is sent away. */
async function counted(tx: Tx, actor: Actor, automationId: string, nodeId: string, url: string): Promise<void> {
  await tx.rows(`select pg_advisory_xact_lock(${lockKey.named('$1::text')})`, [ACTION]);
  const { sent } = (await tx.row<{ sent: number }>(
    `select count(*)::int as sent from cortex.audit
     where at > (select cortex.now()) - interval '1 minute' and action = $1`,
    [ACTION],
  ))!;
  if (sent >= MOST_A_MINUTE) {
    const detail = `You can send at most ${MOST_A_MINUTE} test calls a minute. Wait a moment and try again.`;
    throw new AppError('too_many_test_calls', detail, { facts: { retry_after: 60 } });
  }
  const { origin, pathname } = new URL(url);
  // Not what follows the path: it may hold a secret.
  const after = { node_id: nodeId, url: `${origin}${pathname}` };
  await recordAudit(tx, actor, { action: ACTION, targetKind: 'automation', targetId: automationId, after });
}

/** What a run of this person would say, had it begun with their newest activity and lead. */
async function dataOf(tx: Tx, contactEmail: string, type: string | undefined): Promise<MailData> {
  const address = addressOf(contactEmail);
  const person = address ? (await peopleOf(tx, [address])).get(address) : undefined;
  if (!person?.type) throw unknownAddress();
  const lead = await tx.row<{ id: string }>(
    `select id from public.purchase_leads where (cortex.address(email)) collate "C" = $1
     order by created_at desc, id desc limit 1`,
    [address],
  );
  const activity = await tx.row<{ id: string; occurred_at: Date }>(
    `select id, occurred_at from public.crm_activities where person_id = $1 and ($2::text is null or type = $2)
     order by occurred_at desc, id desc limit 1`,
    [person.person_id, type ?? null],
  );
  const [data] = await mailData(tx, [
    {
      person_id: person.person_id,
      lead_id: lead?.id ?? null,
      context: activity ? { activity: { id: activity.id, occurred_at: activity.occurred_at.toISOString() } } : {},
    },
  ]);
  return data!;
}

const madeUp = (now: Date, type = 'checkout.abandoned'): MailData => ({
  ...sampleData,
  activity: { type, metadata: {}, occurred_at: now.toISOString() },
});
