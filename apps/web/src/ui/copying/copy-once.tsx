import { CopyButton } from './copy-button';

/** A secret that is shown this once, with a button that copies it. */
export function CopyOnce({ text, children }: { text: string; children: string }) {
  return (
    <div className="notice" data-tone="good" role="status">
      <p className="sentence">{children}</p>
      <div style={{ marginTop: 8 }}>
        <CopyLine text={text} />
      </div>
    </div>
  );
}

/** A line of text to copy, such as a key. */
export function CopyLine({ text, testId }: { text: string; testId?: string }) {
  return (
    <div className="row">
      <code className="code grow" style={{ overflowWrap: 'anywhere' }} data-testid={testId}>
        {text}
      </code>
      <CopyButton text={text} />
    </div>
  );
}
