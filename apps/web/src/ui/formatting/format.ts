const integer = new Intl.NumberFormat('en');

/** `12,480` */
export const count = (n: number) => integer.format(n);

/** `1 person`, `12 people` */
export const people = (n: number) => (n === 1 ? '1 person' : `${integer.format(n)} people`);

/** `1 mail`, `12 mails`: a number with its noun. */
export const plural = (n: number, one: string, many: string) => `${integer.format(n)} ${n === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c` */
export const listed = (items: string[]) => new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(items);

/** `12 KB`, `3.4 GB`: room on a disk. */
export function diskSize(bytes: number): string {
  const units = ['KB', 'MB', 'GB', 'TB'];
  let size = bytes / 1024;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${size < 10 && unit > 0 ? size.toFixed(1) : integer.format(Math.ceil(size))} ${units[unit]}`;
}
