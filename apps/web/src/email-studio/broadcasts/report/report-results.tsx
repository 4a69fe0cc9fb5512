import { moneyText, wholeMoney } from '#rules';
import { count, people, plural } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Time } from '../../../ui/formatting/time';
import type { Report } from './report.queries';

type Results = NonNullable<Report['results']>;
type Brought = Results['enrolled'];
type Against = NonNullable<Results['held_out']>['enrolled'];
type Held = NonNullable<Results['held_out']>;

const money = (minor: number, currency: string) => moneyText(wholeMoney(minor, currency), currency);

/** What the broadcast brought the shop, with how sure that is. */
export function ReportResults({ results }: { results: Results }) {
  const { enrolled, paid, days, held_out, measured_at, final } = results;
  const after = `within ${plural(days, 'day', 'days')} of their last click`;
  return (
    <Section
      title="What it brought"
      note={
        <>
          An enrollment or a payment counts when the person’s last click before it, at most{' '}
          {plural(days, 'day', 'days')} earlier, was on this broadcast. Money is less refunds.{' '}
          {final ? 'Final since ' : 'Measured '}
          <Time at={measured_at} />.
        </>
      }
    >
      <div className="stack-tight report-results" data-testid="results">
        {enrolled.people + paid.people === 0 ? (
          <p className="sentence lead">Nobody has enrolled or paid {after}.</p>
        ) : (
          <>
            <p className="sentence lead">
              <b>{people(enrolled.people)}</b> enrolled {after}
              {more(enrolled, 'enrollments')}. {likely(enrolled)}
            </p>
            <p className="sentence lead">
              <b>{people(paid.people)}</b> paid{more(paid, 'payments')}. {likely(paid)}
            </p>
            <MoneyLines results={results} />
          </>
        )}
        {held_out ? <HeldOut held={held_out} days={days} /> : null}
      </div>
    </Section>
  );
}

const more = ({ people: who, times }: Brought, what: string) => (times > who ? ` (${count(times)} ${what})` : '');

/** The interval in words: by chance alone it could have been a few more or fewer. */
const likely = ({ people: who, low, high }: Brought) =>
  who === 0 ? '' : `Allowing for chance, between ${count(low)} and ${count(high)}.`;

function MoneyLines({ results: { money: sums } }: { results: Results }) {
  return sums.map(({ currency, amount_minor, low, high }) => (
    <p key={currency} className="sentence lead">
      <b>{money(amount_minor, currency)}</b> came in.{' '}
      {amount_minor > 0 ? `Allowing for chance, between ${money(low, currency)} and ${money(high, currency)}.` : ''}
    </p>
  ));
}

function HeldOut({ held, days }: { held: Held; days: number }) {
  return (
    <div className="stack-tight" data-testid="held-out">
      <h3>Against {people(held.people)} who got nothing</h3>
      <p className="sentence">{compared(held, held.enrolled, 'enrollments')}</p>
      <p className="sentence">{compared(held, held.paid, 'paying people')}</p>
      {held.money.map(({ currency, low, high }) => (
        <p key={currency} className="sentence">
          {low > 0
            ? `It brought between ${money(low, currency)} and ${money(high, currency)} more.`
            : high < 0
              ? `It brought between ${money(-high, currency)} and ${money(-low, currency)} less.`
              : `In ${currency}, no difference can be shown: between ${money(-low, currency)} less and ${money(high, currency)} more.`}
        </p>
      ))}
      <p className="label">
        Everybody who enrolled or paid in the first {plural(days, 'day', 'days')} counts here, whether or not they
        clicked. All ranges hold in 95 of 100 cases.
      </p>
    </div>
  );
}

/** What the mail changed, as far as that can be told apart from chance. */
function compared({ people: out, mails }: Held, { mailed, held_out, low, high }: Against, what: string): string {
  const seen = `${count(mailed)} of ${count(mails)} with the mail, ${count(held_out)} of ${count(out)} without.`;
  if (low > 0) return `The mail brought between ${count(low)} and ${count(high)} more ${what}: ${seen}`;
  if (high < 0) return `The mail cost between ${count(-high)} and ${count(-low)} ${what}: ${seen}`;
  return `No difference in ${what} can be shown (between ${count(-low)} fewer and ${count(high)} more): ${seen}`;
}
