import { previewWebhook, testWebhook, type AnswerOf } from '#contracts';
import { shorten } from '#graph';
import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useMay } from '../../../access/session.queries';
import { call } from '../../../api/client';
import { Failed } from '../../../ui/feedback/query-states';
import { count } from '../../../ui/formatting/format';
import { useEditor } from '../../document/use-editor';
import { text } from '../../../schema-form/control';
import { PreviewPersonInput, usePreviewPerson } from '../../../people/preview-person';

interface TryProps {
  config: Record<string, unknown>;
  stepId: string;
  readOnly: boolean;
}

/** The headers that sign a call: they differ for each, so they are explained instead of shown. */
const signature: [name: string, words: string][] = [
  ['webhook-id', 'identifies the call; a retry has the same ID'],
  ['webhook-timestamp', 'when it was sent, in seconds since 1970'],
  ['webhook-signature', 'proves that the call came from Cortex and was not changed; made with the secret in Settings'],
];

/** What the step would send about somebody, and one test call with the answer it got. */
export function WebhookTry({ config, stepId, readOnly }: TryProps) {
  const id = useEditor((state) => state.id);
  const mayChange = useMay('change');
  const whom = usePreviewPerson();
  const { email } = whom;
  const [written] = useDebouncedValue(config, 400);
  const about = { node_id: stepId, ...(email ? { contact_email: email } : {}) };
  const shown = useQuery({
    queryKey: ['webhook-preview', id, stepId, written.body, written.headers, email],
    queryFn: ({ signal }) => {
      const { url: _url, ...rest } = written;
      return call(previewWebhook, { params: { id }, body: { ...about, config: rest } }, { signal });
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
  const test = useMutation({
    mutationFn: () =>
      call(testWebhook, { params: { id }, body: { ...about, config: { ...config, url: text(config.url) } } }),
  });
  return (
    <div className="stack" data-testid="webhook-try">
      <PreviewPersonInput {...whom} />
      {shown.error ? <Failed error={shown.error} what="This could not be loaded" /> : null}
      {shown.data && !shown.error ? <Sent headers={shown.data.headers} body={shown.data.body} /> : null}
      {mayChange && !readOnly ? (
        <>
          <p className="label">
            A test call is sent once, now, with the header webhook-test. Nobody moves on because of it.
          </p>
          <Button
            size="xs"
            variant="default"
            className="start"
            loading={test.isPending}
            disabled={text(config.url) === ''}
            onClick={() => test.mutate()}
          >
            Send a test call
          </Button>
          {test.error ? <Failed error={test.error} what="The test call failed" /> : null}
          {test.data && !test.isPending ? <Answered {...test.data} /> : null}
        </>
      ) : null}
    </div>
  );
}

function Sent({ headers, body }: { headers: Record<string, string>; body: string }) {
  return (
    <figure className="call" aria-label="What is sent">
      <dl>
        {Object.entries(headers).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {signature.map(([name, words]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="call-words">{words}</dd>
          </div>
        ))}
      </dl>
      <pre data-testid="webhook-body">{spaced(body)}</pre>
    </figure>
  );
}

/** JSON over several lines, anything else as it is. */
function spaced(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function Answered({ ok, status, took_ms, answer, reason }: AnswerOf<typeof testWebhook>) {
  const went = ok ? `Answered ${status}` : `It would take the path “if it failed”: ${reason}`;
  return (
    <div className="stack-tight" role="status" data-testid="webhook-answer" data-ok={ok}>
      <p className="sentence">
        {went}
        {status === null ? '.' : `, after ${count(took_ms)} ms.`}
      </p>
      {answer ? (
        <figure className="call" aria-label="The response">
          <pre>{shorten(answer, 1_000)}</pre>
        </figure>
      ) : null}
    </div>
  );
}
