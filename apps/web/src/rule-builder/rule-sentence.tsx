import { readRules, toEnglish, type Group } from '#rules';
import { placeOf, type Context } from './edit';
import { LiveCount } from './live-count';

/** The rule as a sentence, what is still missing in it, and (about people) how many match now. */
export function RuleSentence({ rules, context }: { rules: Group | undefined; context: Context }) {
  if (!rules) return context === 'list' ? <Sentence text="Everyone" rules={undefined} context={context} /> : null;
  const read = readRules(rules, placeOf(context));
  if (read.troubles) {
    return (
      <div className="rule-sentence" role="status">
        <p className="label">Not finished: {read.troubles[0]?.message}</p>
      </div>
    );
  }
  return <Sentence text={toEnglish(read.rules)} rules={read.rules} context={context} />;
}

function Sentence({ text, rules, context }: { text: string; rules: Group | undefined; context: Context }) {
  return (
    <div className="rule-sentence" role="status">
      <p className="sentence">{text}</p>
      {rules && context === 'list' ? <LiveCount rules={rules} /> : null}
    </div>
  );
}
