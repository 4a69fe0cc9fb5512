import './wizard.css';
import { adminAddresses } from '#contracts';
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCircleDashed } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../access/session.queries';
import { Page } from '../../ui/pages/page';
import { ConflictNotice, SaveStateText } from '../design/save-state';
import { AudienceStep } from './audience/audience-step';
import { useBroadcastDraft } from './broadcast/broadcast-draft';
import type { Broadcast } from './broadcast/broadcasts.queries';
import { DesignStep } from './preview/design-step';
import { ReviewStep } from './review/review-step';
import { SettingsStep } from './settings/settings-step';
import { stepOf, steps, type StepName } from './broadcast/wizard-steps';

/** A draft in four steps, in any order. It saves by itself, so it can be left at any time. */
export function Wizard({ broadcast }: { broadcast: Broadcast }) {
  const client = useQueryClient();
  const readOnly = !useMay('change');
  const editing = useBroadcastDraft(broadcast, (stored) => {
    client.setQueryData(['broadcast', stored.id], stored);
    void client.invalidateQueries({ queryKey: ['broadcasts'] });
  });
  const [search] = useSearchParams();
  const step = stepOf(search.get('step'));
  const { now, stored, saving } = editing;
  const at = steps.findIndex(({ name }) => name === step);
  const next = steps[at + 1];
  const props = { editing, readOnly };
  return (
    <Page
      title={now.name || 'Broadcast'}
      intro={
        now.audience === 'staff'
          ? 'To colleagues, as transactional mail: nobody is asked for consent, and there is no unsubscribe link.'
          : 'Marketing: only people who agreed get it, and each mail carries an unsubscribe link.'
      }
      actions={
        <>
          <SaveStateText saving={saving} onRetry={() => saving.resume()} />
          <Button variant="default" component={Link} to={adminAddresses.emailStudio}>
            All broadcasts
          </Button>
        </>
      }
      wide
    >
      <ConflictNotice saving={saving} onTakeOver={editing.takeOver} onReload={editing.takeTheirs} />
      <div className="wizard">
        <Steps id={stored.id} current={step} problems={stored.problems} />
        <div className="wizard-step">
          {step === 'settings' ? <SettingsStep {...props} /> : null}
          {step === 'audience' ? <AudienceStep {...props} /> : null}
          {step === 'design' ? <DesignStep {...props} /> : null}
          {step === 'review' ? <ReviewStep {...props} /> : null}
          {next ? (
            <Button
              className="start"
              variant="default"
              component={Link}
              to={adminAddresses.broadcast(stored.id, next.name)}
            >
              Next: {next.label}
            </Button>
          ) : null}
        </div>
      </div>
    </Page>
  );
}

function Steps({ id, current, problems }: { id: string; current: StepName; problems: Broadcast['problems'] }) {
  return (
    <nav className="wizard-steps" aria-label="Steps">
      <ol>
        {steps.map(({ name, label, about }) => {
          const wrong = problems.filter(({ pointer }) => name === 'review' || about.test(pointer));
          return (
            <li key={name}>
              <Link
                to={adminAddresses.broadcast(id, name)}
                aria-current={name === current ? 'step' : undefined}
                data-state={wrong.length > 0 ? 'open' : 'done'}
              >
                {wrong.length === 0 ? (
                  <IconCheck size={16} aria-label="Done" />
                ) : name === current ? (
                  <IconCircleDashed size={16} aria-hidden />
                ) : (
                  <IconAlertTriangle size={16} aria-label="Something is missing" />
                )}
                {label}
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
