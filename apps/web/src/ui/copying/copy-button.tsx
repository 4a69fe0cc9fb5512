import { Button, CopyButton as Copying } from '@mantine/core';

/** Puts a text on the clipboard, and says that it did. */
export function CopyButton({
  text,
  label = 'Copy',
  size = 'xs',
}: {
  text: string;
  label?: string;
  size?: 'xs' | 'sm';
}) {
  return (
    <Copying value={text}>
      {({ copied, copy }) => (
        <Button variant="default" size={size} onClick={copy}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </Copying>
  );
}
