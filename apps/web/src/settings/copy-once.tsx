import { Button, CopyButton } from '@mantine/core';

/** A secret that is shown this once, with a button that copies it. */
export function CopyOnce({ text, children }: { text: string; children: string }) {
  return (
    <div className="notice" data-tone="good" role="status">
      <p className="sentence">{children}</p>
      <div className="row" style={{ marginTop: 8 }}>
        <code className="code grow" style={{ overflowWrap: 'anywhere' }}>
          {text}
        </code>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" size="xs" onClick={copy}>
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
    </div>
  );
}
