import { Button } from '@mantine/core';
import { useMay, useSession } from '../../access/session.queries';
import { colourOf, useHolder, usePresence } from './presence-store';

/** Says who has the first say on the open step, and lets one take it over. */
export function StepTakenNotice({ step }: { step: string }) {
  const holder = useHolder(step);
  const takeOver = usePresence((presence) => presence.takeOver);
  const me = useSession().data?.email;
  const may = useMay('change');
  if (!holder || !may) return null;
  const what = step === 'settings' ? 'the settings' : 'this step';
  return (
    <div className="held" role="status" style={{ ['--person' as string]: colourOf(holder.email) }} data-testid="held">
      <p className="sentence">
        {holder.email === me ? `You are changing ${what} in another tab.` : `${holder.name} is changing ${what}.`}
      </p>
      <Button size="compact-sm" variant="default" onClick={takeOver}>
        Take over
      </Button>
    </div>
  );
}
