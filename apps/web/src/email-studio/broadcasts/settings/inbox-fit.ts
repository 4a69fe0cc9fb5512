import { readLiquid } from '#designs';

/** What of a line of words is shown in so many pixels. */
export interface Fit {
  shown: string;
  /** Whether all of it is. */
  whole: boolean;
  /** How wide all of it is, in pixels. */
  width: number;
}

/** @returns the width of a text in pixels */
export type Measure = (text: string, font: string) => number;

const CUT = '…';
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Characters of a line that are looked at: no inbox shows more. */
const MOST = 400;

/** Cuts a line as an inbox does: as many whole characters as fit before the dots. */
export function fitIn(text: string, font: string, room: number, measure: Measure): Fit {
  const line = text.replace(/\s+/g, ' ').trim();
  const width = measure(line, font);
  if (width <= room) return { shown: line, whole: true, width };
  const all = [...characters.segment(line.slice(0, MOST))].map(({ segment }) => segment);
  let fits = 0;
  for (let from = 0, to = all.length; from <= to;) {
    const middle = Math.floor((from + to) / 2);
    const part = all.slice(0, middle).join('').trimEnd() + CUT;
    if (measure(part, font) <= room) {
      fits = middle;
      from = middle + 1;
    } else to = middle - 1;
  }
  return { shown: all.slice(0, fits).join('').trimEnd() + CUT, whole: false, width };
}

/** How inboxes set their lines, about: the fonts of their lists, and the room for words in pixels. */
export const inboxes = {
  Computer: { subject: '600 14px Arial, sans-serif', preheader: '14px Arial, sans-serif', room: 560 },
  Phone: { subject: '600 15px Arial, sans-serif', preheader: '14px Arial, sans-serif', room: 300 },
} as const;
export type Inbox = keyof typeof inboxes;

/** Space between subject and preview text where they stand in one line. */
const GAP = 8;

/** Both lines in an inbox: one line on a computer, two on a phone. */
export function fitsIn(inbox: Inbox, subject: string, preheader: string, measure: Measure) {
  const { subject: bold, preheader: plain, room } = inboxes[inbox];
  const first = fitIn(subject, bold, room, measure);
  const left = inbox === 'Phone' ? room : first.whole ? Math.max(0, room - first.width - GAP) : 0;
  return { subject: first, preheader: fitIn(preheader, plain, left, measure) };
}

/** What to say of how much of a line is seen. */
export function hintOf(what: string, computer: Fit, phone: Fit): string {
  if (computer.whole && phone.whole) return `${what}: all of it is shown on a computer and on a phone.`;
  const seen = ({ shown, whole }: Fit, where: string) =>
    whole ? `all of it ${where}` : shown === CUT ? `nothing ${where}` : `“${shown}” ${where}`;
  return `${what}: shows ${seen(computer, 'on a computer')}, and ${seen(phone, 'on a phone')}.`;
}

const liquid = /\{\{[\s\S]*?\}\}/g;
const tags = /\{%[\s\S]*?%\}/g;

/** A line with its personal words filled in for a made-up person; what nobody knows here is left out. */
export const filledIn = (text: string, workspace: string): string => {
  const known = new Map([
    ['contact.first_name', 'Ada'],
    ['contact.last_name', 'Sample'],
    ['contact.email', 'ada@example.com'],
    ['lead.course_title', 'Sample course'],
    ['workspace.name', workspace],
  ]);
  return text.replace(tags, '').replace(liquid, (code) => {
    const word = readLiquid(code);
    return (word && (known.get(word.path) ?? word.fallback)) || '';
  });
};
