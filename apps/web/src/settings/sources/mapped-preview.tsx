import type { AnswerOf, tryInboundMapping } from '#contracts';
import { shortTime } from '../../ui/formatting/time';

/** What a mapping makes of the sample, or why it would be refused. */
export function MappedPreview({ result, hasId }: { result: AnswerOf<typeof tryInboundMapping>; hasId: boolean }) {
  const { activity, problems } = result;
  if (!activity)
    return (
      <div className="notice" data-tone="warning" role="status">
        <p className="sentence">A body like this sample would be refused:</p>
        <ul>
          {problems.map(({ pointer, message }) => (
            <li key={pointer + message}>{message}</li>
          ))}
        </ul>
      </div>
    );
  const { type, contact_email, external_id, occurred_at, metadata } = activity;
  return (
    <div className="notice" data-tone="good" role="status">
      <p className="sentence">
        This sample would be recorded as <span className="code">{type}</span> of {contact_email},{' '}
        {occurred_at === null ? 'when it comes in' : shortTime(occurred_at)}.
        {hasId ? ` A repeat of ${external_id ?? ''} would count once.` : ' Without an id each repeat counts.'}
      </p>
      <pre className="raw" tabIndex={0}>
        {JSON.stringify(metadata, undefined, 2)}
      </pre>
    </div>
  );
}
