import { Button } from '@mantine/core';
import { orderCountsText, type OrderSourceName, type OrderSourceState } from '#contracts';
import { useMay } from '../../access/session.queries';
import { Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import { Table, type Column } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';
import { SettingsPart } from '../saving/settings-part';
import { isBusy, useOrderSources, useSyncOrders } from './orders.queries';

/** What each source is called, and what switches it on. */
const sources: Record<OrderSourceName, { label: string; variable: string }> = {
  stripe: { label: 'Stripe', variable: 'STRIPE_API_KEY' },
  shop: { label: 'Your shop', variable: 'ORDERS_URL' },
  shopify: { label: 'Shopify', variable: 'SHOPIFY_URL and SHOPIFY_ADMIN_TOKEN' },
};

type Row = OrderSourceState & { id: string };

const columns: Column<Row>[] = [
  { title: 'Source', cell: ({ source }) => sources[source].label },
  { title: 'Result', cell: (row) => resultOf(row) },
  {
    title: 'Last sync',
    cell: ({ ended_at, state }) => (ended_at && state !== 'off' ? <Time at={ended_at} as="short" /> : '–'),
  },
  { title: 'Webhook', cell: ({ webhook }) => (webhook === null ? '–' : webhook ? 'On' : 'Off') },
];

function resultOf({ source, state, counts, error }: OrderSourceState): string {
  switch (state) {
    case 'off':
      return `Off. Set ${sources[source].variable} to switch it on.`;
    case 'never':
      return 'Not synced yet';
    case 'waiting':
      return 'Starts in a moment';
    case 'running':
      return counts && Object.values(counts).some((n) => n > 0)
        ? `Syncing: ${orderCountsText(counts)} so far`
        : 'Syncing';
    case 'failed':
      return `Failed. ${error ?? ''}`;
    case 'done':
      return counts ? orderCountsText(counts) : 'Synced';
  }
}

/** Where orders come from, what came last, and fetching them now. */
export function OrdersSettings() {
  const answer = useOrderSources();
  const sync = useSyncOrders();
  const maySync = useMay('admin');
  const items = answer.data?.items ?? [];
  const isOn = items.some(({ state }) => state !== 'off');
  return (
    <SettingsPart
      id="orders"
      title="Orders"
      note="New orders, refunds and changes are fetched every night, and for one person by “Sync orders”. Stripe and Shopify can also report them at once by their webhooks."
    >
      <Answer of={answer} what="The sources could not be loaded" lines={2}>
        {(data) => (
          <Table
            label="Sources of orders"
            rows={data.items.map((item): Row => ({ ...item, id: item.source }))}
            columns={columns}
          />
        )}
      </Answer>
      <Problem error={sync.error} />
      {maySync && isOn ? (
        <div>
          <Button variant="default" disabled={sync.isPending || items.some(isBusy)} onClick={() => sync.mutate()}>
            Sync now
          </Button>
        </div>
      ) : null}
    </SettingsPart>
  );
}
