import { Button } from '@mantine/core';
import { CopyButton } from '../ui/copying/copy-button';

/** The recovery codes, which nobody can show again. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <div className="stack">
      <p className="sentence second-factor-text">
        Keep these recovery codes where you keep your passwords. Each works once, in place of a code from your phone.
        They will not be shown again.
      </p>
      <ul className="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code className="code">{code}</code>
          </li>
        ))}
      </ul>
      <div className="row">
        <Button onClick={onDone}>I have saved them</Button>
        <CopyButton text={codes.join('\n')} label="Copy all" size="sm" />
      </div>
    </div>
  );
}
