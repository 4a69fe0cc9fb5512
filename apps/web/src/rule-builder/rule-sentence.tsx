import type { RuleError } from '#rules';
import { people } from '../ui/format';
import type { LiveCount } from './live-count';

interface RuleSentenceProps {
  text: string | undefined;
  /** What is missing before the rule can be used. */
  unfinished: RuleError['message'] | undefined;
  /** Where people are counted. */
  counted: LiveCount | undefined;
}

/** The rule as a sentence, what is still missing in it, and how many people match now. */
export function RuleSentence({ text, unfinished, counted }: RuleSentenceProps) {
  if (text === undefined && unfinished === undefined) return null;
  return (
    <div className="rule-sentence" role="status">
      {unfinished ? <p className="label">Not finished: {unfinished}</p> : <p className="sentence">{text}</p>}
      {counted && !unfinished ? <p className="rule-number">{numberOf(counted)}</p> : null}
    </div>
  );
}

function numberOf({ preview, stale, error }: LiveCount) {
  if (error)
    return <span className="quiet">{error instanceof Error ? error.message : 'They could not be counted.'}</span>;
  if (!preview) return <span className="quiet">counting…</span>;
  if (preview.count === 0 && !stale) {
    const emptying = preview.per_condition.findIndex(({ count, exact }) => exact && count === 0);
    return (
      <>
        <span className="figure">No one matches.</span>
        {emptying >= 0 && preview.per_condition.length > 1 ? ` Condition ${emptying + 1} finds nobody by itself.` : ''}
      </>
    );
  }
  return (
    <span className={stale ? 'figure quiet' : 'figure'}>
      {preview.exact ? '' : 'about '}
      {people(preview.count)}
    </span>
  );
}
