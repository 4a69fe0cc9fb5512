const shown = new Map(
  Object.entries<string>({
    mod: navigator.platform.startsWith('Mac') ? '⌘' : 'Ctrl',
    shift: 'Shift',
    arrowup: '↑',
    arrowdown: '↓',
    arrowleft: '←',
    arrowright: '→',
  }),
);

/** A key of a command as it is written on keyboards. */
export function Keys({ of }: { of: string }) {
  const parts = of === '+' ? ['+'] : of.split('+');
  return parts.map((part) => (
    <kbd key={part}>{shown.get(part) ?? part.replace(/^./, (letter) => letter.toUpperCase())}</kbd>
  ));
}
