import './sender-standing.css';
import { listSenders, type AnswerOf, type SenderStanding } from '#contracts';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../../../api/client';

type Account = AnswerOf<typeof listSenders>['account'];

/** Why nothing can be said. */
const silence: Record<Exclude<Account, 'read'>, string> = {
  no_token:
    'Whether Postmark has confirmed this sender is not known here: no account token (POSTMARK_ACCOUNT_TOKEN) is set.',
  refused: 'Whether Postmark has confirmed this sender is not known: it refuses the account token.',
  unreachable: 'Whether Postmark has confirmed this sender is not known at the moment: it did not answer.',
};

/** Milliseconds for which an answer is not asked for again; the server keeps it for some minutes anyway. */
const FRESH = 60_000;

/** Whether mail from this sender can leave, how it is signed, and what is to be done about it. */
export function SenderState({ sender }: { sender: string }) {
  const [from] = useDebouncedValue(sender, 400);
  const { data } = useQuery({
    queryKey: ['senders', from],
    queryFn: ({ signal }) => call(listSenders, { query: { from, limit: 1 } }, { signal }),
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  });
  if (!data) return null;
  if (data.account !== 'read') return <p className="label">{silence[data.account]}</p>;
  return data.standing ? <Standing standing={data.standing} /> : null;
}

function Standing({
  standing: { confirmed, dkim, return_path, sentence, to_do, records },
}: {
  standing: SenderStanding;
}) {
  const signs = [
    ...(dkim === null ? [] : [dkim ? 'DKIM is in place' : 'DKIM is missing']),
    ...(return_path === null ? [] : [return_path ? 'the return path is your own' : 'the return path is Postmark’s']),
  ];
  const text = signs.length > 0 ? `${signs.join(', ')}.` : '';
  if (to_do.length === 0)
    return (
      <p className="label" data-testid="sender-state">
        {sentence} {text}
      </p>
    );
  return (
    <div className="notice" data-tone={confirmed === null ? 'danger' : 'warning'} data-testid="sender-state">
      <p>
        {sentence} {text}
      </p>
      <ul>
        {to_do.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
      {records.map(({ type, host, value }) => (
        <dl key={host} className="dns-record">
          <dt>{type}</dt>
          <dd>
            <code>{host}</code>
            <code>{value}</code>
          </dd>
        </dl>
      ))}
    </div>
  );
}
