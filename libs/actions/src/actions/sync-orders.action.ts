import { Injectable } from '@nestjs/common';
import { orderCountsText, type ContactActionInput, type OrderSourceName } from '#contracts';
import type { ContactRow } from '#directory';
import { OrderSync, SourceError, type OrderSource } from '#orders';
import { AppError, type Tx } from '#platform';
import type { ActionContext, ActionDefinition, Effect, Outcome } from '../definition.js';

interface Plan {
  email: string;
  sources: { name: OrderSourceName; label: string; since: string | null }[];
}

/** Fetches a person's orders from every source that is set up. */
@Injectable()
export class SyncOrders implements ActionDefinition<'sync_orders', Plan> {
  readonly name = 'sync_orders';
  readonly audit = 'contact.orders_fetched';
  readonly effects: readonly Effect<Plan>[];

  constructor(private readonly orders: OrderSync) {
    this.effects = orders.sources.map((source) => ({
      name: source.name,
      label: `Fetch orders from ${source.label}`,
      outside: {
        run: (context, signal) => this.fetch(source, context, signal),
        // Fetching the same again changes nothing, so whatever became of it, it may be done again.
        lookUp: () => Promise.resolve('not_done' as const),
      },
    }));
  }

  unavailable = async (): Promise<string | undefined> =>
    this.orders.sources.length > 0
      ? undefined
      : 'No source of orders is set up. An administrator sets STRIPE_API_KEY, SHOPIFY_ADMIN_TOKEN or ORDERS_URL.';

  async plan(tx: Tx, person: ContactRow, _input: ContactActionInput<'sync_orders'>): Promise<Plan> {
    const since = await this.orders.since(tx);
    return {
      email: person.email ?? person.address,
      sources: this.orders.sources.map(({ name, label }) => ({
        name,
        label,
        since: since.get(name)?.toISOString() ?? null,
      })),
    };
  }

  preview({ email, sources }: Plan) {
    const asked = listed(sources.map(({ label }) => label));
    return {
      sentences: [
        `${sources.length === 1 ? `${capital(asked)} is` : `${capital(asked)} are`} asked for every order of ${email}, whenever it was made.`,
        'New orders, refunds and changes are taken over. An order of somebody else is never moved here.',
      ],
      effects: Object.fromEntries(
        sources.map(({ name, since }) => [
          name,
          since === null
            ? 'It was never asked for everybody’s orders so far.'
            : `What changed up to ${instant.format(new Date(since))} UTC is here already.`,
        ]),
      ),
    };
  }

  summary = ({ sources }: Plan): string => `Orders synced from ${listed(sources.map(({ label }) => label))}`;

  private async fetch(source: OrderSource, context: ActionContext<Plan>, signal: AbortSignal): Promise<Outcome> {
    try {
      const counts = await this.orders.syncPerson(source, context.person_id, signal);
      return { state: 'done', detail: `${orderCountsText(counts)}.` };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      throw new AppError('order_source_failed', [error.message, error.more.remedy].filter(Boolean).join(' '));
    }
  }
}

const instant = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const listed = (labels: readonly string[]): string => labels.join(' and ');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
