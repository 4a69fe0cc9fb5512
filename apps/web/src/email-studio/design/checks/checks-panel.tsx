import { Button } from '@mantine/core';
import type { Check } from '../mail/designs.queries';

interface ChecksPanelProps {
  checks: readonly Check[] | undefined;
  /** Whether there is a place to go to. */
  canShow: (check: Check) => boolean;
  onShow: (check: Check) => void;
}

/** What the server found about the mail as it stands: what blocks sending first, then what is worth a look. */
export function ChecksPanel({ checks, canShow, onShow }: ChecksPanelProps) {
  const sorted = [...(checks ?? [])].sort((a, b) => Number(b.severity === 'blocks') - Number(a.severity === 'blocks'));
  return (
    <div className="stack" data-testid="checks">
      {checks === undefined ? <p className="label">Checking…</p> : null}
      {checks?.length === 0 ? <p className="sentence">No problems found.</p> : null}
      <ul className="mail-checks">
        {sorted.map((check) => (
          <li key={`${check.pointer} ${check.message}`} data-severity={check.severity}>
            <p className="sentence">{check.message}</p>
            <div className="row">
              <span className="label">{check.severity === 'blocks' ? 'Blocks sending' : 'Worth a look'}</span>
              {canShow(check) ? (
                <Button size="compact-xs" variant="default" onClick={() => onShow(check)}>
                  Go there
                </Button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
