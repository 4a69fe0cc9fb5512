import type { RuleError } from '#rules';
import { count, people } from '../../ui/formatting/format';
import type { RuleCount } from './live-count';

interface RuleSentenceProps {
  text: string | undefined;
  /** What is missing before the rule can be used. */
  unfinished: RuleError['message'] | undefined;
  /** Where people are counted. */
  counted: RuleCount | undefined;
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

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];

/** The row after which nobody is left, as it is counted aloud. */
function emptying(pointer: string | null): string {
  const at = Number(/^\/conditions\/(\d+)$/.exec(pointer ?? '')?.[1] ?? -1);
  if (at < 0) return '';
  return ` ${ordinals[at] ? `The ${ordinals[at]} rule` : `Rule ${at + 1}`} ${at === 0 ? 'matches nobody' : 'removes everyone'}.`;
}

function numberOf({ preview, stale, error, partly, asked }: RuleCount) {
  if (!asked) return <span className="quiet">This depends on the run, so it cannot be counted.</span>;
  if (error)
    return <span className="quiet">{error instanceof Error ? error.message : 'People could not be counted.'}</span>;
  if (!preview) return partly ? null : <span className="quiet">counting…</span>;
  const without = partly ? <span className="quiet">, without conditions that depend on the run</span> : null;
  if (preview.count === 0 && preview.exact && !stale) {
    return (
      <>
        <span className="figure">No one matches.</span>
        {emptying(partly ? null : preview.emptied_by)}
        {without}
      </>
    );
  }
  return (
    <>
      <span className={stale ? 'figure quiet' : 'figure'}>
        {preview.exact ? '' : 'about '}
        {people(preview.count)}
      </span>{' '}
      <span className="quiet">
        (of {preview.of.exact ? '' : 'about '}
        {count(preview.of.count)})
      </span>
      {without}
    </>
  );
}
