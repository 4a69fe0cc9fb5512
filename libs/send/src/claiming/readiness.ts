import { originsOfPages } from '#access';
import { readSettings, type Config, type Tx } from '#platform';
import type { SendFacts } from '#emails';
import type { Handling } from '../postmark/postmark.client.js';

export type Stream = 'broadcast' | 'transactional';

/** What the outbox shows where the workspace has not said yet; never handed to Postmark. */
const placeholder = {
  sender: 'Your sender (set it in Settings) <sender@example.invalid>',
  postal_address: 'Your postal address (set it in Settings)',
};

/** Everything about a batch but its mails, or why none can leave. */
export type Readiness = { ready: true; facts: SendFacts } | { ready: false; reason: string };

/**
 * The facts a batch of this stream would be sent with. With Postmark a mail waits while its sender, a
 * marketing mail while the postal address is missing, and anything while links point to this machine;
 * in the outbox nothing waits.
 */
export async function readiness(
  tx: Tx,
  config: Config,
  stream: Stream,
  provider: SendFacts['provider'],
  handling: Handling,
  options: { evenIfStopped?: boolean } = {},
): Promise<Readiness> {
  const row = await readSettings(
    tx,
    'name',
    'timezone',
    'sender_broadcast',
    'sender_transactional',
    'postal_address',
    'mail_tracking',
    'mail_link_proof',
    'sending_stopped_at',
  );
  if (row.sending_stopped_at && !options.evenIfStopped) return { ready: false, reason: 'stopped' };
  const { env } = config;
  const outbox = provider === 'outbox';
  const sender = (stream === 'broadcast' ? row.sender_broadcast : row.sender_transactional) ?? env.CORTEX_SENDER;
  const address = row.postal_address ?? env.CORTEX_POSTAL_ADDRESS;
  if (!outbox && stream === 'broadcast' && !address) return { ready: false, reason: 'postal_address' };
  if (!outbox && config.mailWouldPointHere) return { ready: false, reason: 'public_url' };
  return {
    ready: true,
    facts: {
      provider,
      stream,
      message_stream: stream === 'broadcast' ? env.POSTMARK_BROADCAST_STREAM : env.POSTMARK_TRANSACTIONAL_STREAM,
      public_url: config.publicUrl,
      workspace: {
        name: row.name,
        timezone: row.timezone,
        postal_address: address ?? (outbox ? placeholder.postal_address : ''),
      },
      sender: sender ?? (outbox ? placeholder.sender : ''),
      unsubscribe: unsubscribeBy(stream, provider, handling),
      track: row.mail_tracking === 'postmark' && !outbox,
      ...(row.mail_tracking === 'ours' ? { own_tracking: true } : {}),
      ...(row.mail_link_proof ? { proof_origins: await originsOfPages(tx) } : {}),
    },
  };
}

/** Two ways out are better than none: ours wherever it is not known that Postmark brings its own. */
function unsubscribeBy(stream: Stream, provider: SendFacts['provider'], handling: Handling): SendFacts['unsubscribe'] {
  if (stream === 'transactional') return 'none';
  return provider === 'postmark' && handling === 'Postmark' ? 'postmark' : 'ours';
}
