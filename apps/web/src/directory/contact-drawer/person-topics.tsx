import { chooseContactTopics, contactTopics, pauseDays, type AnswerOf, type CallOf } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMay } from '../../access/session.queries';
import { call } from '../../api/client';
import { Problem } from '../../ui/forms/confirm';
import { Failed } from '../../ui/feedback/query-states';
import { RowButton } from '../../ui/pages/table';
import { Time } from '../../ui/formatting/time';

type Topics = AnswerOf<typeof contactTopics>;
type Topic = Topics['items'][number];
type Choices = NonNullable<CallOf<typeof chooseContactTopics>['body']>;

// Below the person's own key, so that it is looked at again with them.
const keyOf = (id: string) => ['contact', id, 'topics'];

const useTopicsOf = (id: string) =>
  useQuery({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => call(contactTopics, { params: { id } }, { signal }),
  });

function useChoose(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Choices) => call(chooseContactTopics, { params: { id }, body }),
    onSuccess: (topics) => {
      client.setQueryData(keyOf(id), topics);
      return Promise.all([
        client.invalidateQueries({ queryKey: ['contact', id] }),
        client.invalidateQueries({ queryKey: ['timeline', id] }),
      ]);
    },
  });
}

/** Which topics the person gets, since when and who said so; a colleague passes on what they want. */
export function PersonTopics({ contactId }: { contactId: string }) {
  const topics = useTopicsOf(contactId);
  const choose = useChoose(contactId);
  const mayChoose = useMay('people');
  if (topics.error)
    return <Failed error={topics.error} what="The topics could not be loaded" onRetry={() => void topics.refetch()} />;
  if (!topics.data) return null;
  const { items } = topics.data;
  const put = mayChoose ? choose.mutate : undefined;
  return (
    <div className="stack-tight person-topics" data-testid="person-topics">
      <Pause topics={topics.data} busy={choose.isPending} onChoose={put} />
      {topics.data.linked_paused_until ? (
        <p>
          An account that is linked to this one has paused marketing e-mail until{' '}
          <Time at={topics.data.linked_paused_until} as="short" />, which holds for this one too.
        </p>
      ) : null}
      {items.length > 0 ? (
        <ul aria-label="Topics">
          {items.map((topic) => (
            <li key={topic.id}>
              <TopicLine topic={topic} busy={choose.isPending} onChoose={put} />
            </li>
          ))}
        </ul>
      ) : null}
      <Problem error={choose.error} />
    </div>
  );
}

interface ChoosingProps {
  busy: boolean;
  /** Absent for who may only look. */
  onChoose: ((choices: Choices) => void) | undefined;
}

function Pause({ topics, busy, onChoose }: ChoosingProps & { topics: Topics }) {
  const { paused_until, paused_at, paused_by, paused_source } = topics;
  if (!paused_until || !paused_at)
    return onChoose ? (
      <div>
        <RowButton disabled={busy} onClick={() => onChoose({ pause_days: pauseDays })}>
          Pause marketing e-mail for {pauseDays} days
        </RowButton>
      </div>
    ) : null;
  return (
    <p>
      Marketing e-mail is paused until <Time at={paused_until} as="short" />, since <Time at={paused_at} as="short" />
      <Where by={paused_by} source={paused_source} />.{' '}
      {!onChoose ? null : paused_by === 'staff' ? (
        <RowButton disabled={busy} onClick={() => onChoose({ pause_days: null })}>
          End the pause
        </RowButton>
      ) : (
        <span className="quiet">Only they can end it.</span>
      )}
    </p>
  );
}

function TopicLine({ topic, busy, onChoose }: ChoosingProps & { topic: Topic }) {
  const { id, name, on, linked_off, wanted, said_by, source, at } = topic;
  const theirNo = wanted === false && said_by === 'person';
  return (
    <>
      <span className={on ? 'email-yes' : 'email-no'}>{on ? 'Gets' : 'Does not get'}</span> {name}{' '}
      <span className="quiet">
        {at ? (
          <>
            chosen <Time at={at} as="short" />
            <Where by={said_by} source={source} />
          </>
        ) : (
          'never chose'
        )}
      </span>{' '}
      {!onChoose ? null : theirNo ? (
        <span className="quiet">(only they can turn it on)</span>
      ) : linked_off ? (
        <span className="quiet">(turned off with an account that is linked to this one)</span>
      ) : (
        <RowButton
          disabled={busy}
          aria-label={`Turn ${on ? 'off' : 'on'} ${name}`}
          onClick={() => onChoose({ topics: [{ id, on: !on }] })}
        >
          {on ? 'Turn off' : 'Turn on'}
        </RowButton>
      )}
    </>
  );
}

/** `, preferences`, or the colleague who passed it on. */
function Where({ by, source }: { by: Topic['said_by']; source: string | null }) {
  if (!source) return null;
  return by === 'staff' ? `, by ${source}` : `, ${source.replaceAll('_', ' ')}`;
}
