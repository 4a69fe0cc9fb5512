import './home.css';
import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { useSettings } from '../settings/saving/settings.queries';
import { useEmailSummary } from '../shell/sending.queries';
import { count, people, plural } from '../ui/formatting/format';
import { Page, Section } from '../ui/pages/page';
import { Answer } from '../ui/feedback/query-states';
import { Attention } from './attention';
import { Checklist } from './checklist';
import { useUnderWay } from './home.queries';

/** The start page: set-up while it is needed, what needs a person, four figures, what is under way. */
export function HomePage() {
  const settings = useSettings();
  return (
    <Page title={settings.data?.name ?? 'Home'} intro={<Figures />}>
      {settings.data ? <Checklist settings={settings.data} /> : null}
      <Attention />
      <UnderWay />
    </Page>
  );
}

function Figures() {
  const { data: summary } = useEmailSummary();
  const { data: running } = useUnderWay();
  if (!summary || !running) return <span>&nbsp;</span>;
  const inside = running.reduce((sum, automation) => sum + automation.inside, 0);
  const { counts, subscribers } = summary;
  const skipped = Object.values(counts.skipped).reduce((sum, n) => sum + n, 0);
  return (
    <span className="figures">
      <b>{people(subscribers.can_be_emailed)}</b> can be e-mailed today; <b>{count(inside)}</b>{' '}
      {inside === 1 ? 'is' : 'are'} inside an automation; <b>{plural(counts.sent, 'e-mail', 'e-mails')}</b> went out in
      the last 30 days and <b>{count(skipped)}</b> {skipped === 1 ? 'was' : 'were'} held back.
    </span>
  );
}

function UnderWay() {
  const list = useUnderWay();
  return (
    <Section title="Under way" actions={<Link to={adminAddresses.automations}>All automations</Link>}>
      <Answer of={list} what="The automations could not be loaded" lines={2}>
        {(items) =>
          items.length === 0 ? (
            <p className="sentence quiet" style={{ margin: 0 }}>
              No automation is live. <Link to={adminAddresses.automations}>Create one</Link>
            </p>
          ) : (
            <ul className="under-way">
              {items.map(({ id, name, status, inside, entered }) => (
                <li key={id}>
                  <span className="sentence">
                    <Link to={adminAddresses.automation(id)}>{name}</Link>
                    {status === 'paused' ? <span className="quiet"> (paused)</span> : null}
                  </span>
                  <span className="quiet">
                    {people(inside)} inside, {count(entered)} entered so far
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Section>
  );
}
