/**
 * The outputs and tags of a template, braces included. Looks at each character a few times at most: of an end that is
 * nowhere to be found nobody asks twice.
 */
export function* liquidTags(source: string): Generator<{ tag: string; index: number }> {
  const opening = /\{[{%]/g;
  const last = new Map([
    ['}}', source.lastIndexOf('}}')],
    ['%}', source.lastIndexOf('%}')],
  ]);
  for (let open = opening.exec(source); open; open = opening.exec(source)) {
    const { index } = open;
    const closing = source[index + 1] === '{' ? '}}' : '%}';
    if (index + 2 <= last.get(closing)!) {
      const end = source.indexOf(closing, index + 2) + 2;
      yield { tag: source.slice(index, end), index };
      opening.lastIndex = end;
    } else opening.lastIndex = index + 1;
  }
}

/** Noncharacters, which no text contains on purpose. */
const OPEN = '\ufdd0';
const CLOSE = '\ufdd1';
const marks = /[\ufdd0\ufdd1]/g;
const mark = /\ufdd0(\d+)\ufdd1/g;

/** A text whose Liquid is kept apart, so that what reads HTML cannot tear or escape it. */
export interface SetAside {
  /** The text with a mark in the place of each piece of Liquid. */
  text: string;
  /** Puts the Liquid back in the place of its marks, each piece as `write` writes it. */
  restore(text: string, write?: (liquid: string) => string): string;
}

/** Takes the Liquid out of a text. Linear in its length. */
export function setLiquidAside(source: string): SetAside {
  const plain = source.replace(marks, '');
  const kept: string[] = [];
  let text = '';
  let done = 0;
  for (const { tag, index } of liquidTags(plain)) {
    text += `${plain.slice(done, index)}${OPEN}${kept.push(tag) - 1}${CLOSE}`;
    done = index + tag.length;
  }
  return {
    text: text + plain.slice(done),
    restore: (marked, write = (liquid) => liquid) =>
      marked.replace(mark, (_whole, number: string) => write(kept[Number(number)] ?? '')),
  };
}

/** Whether this text begins with a piece of Liquid that is set aside. */
export const beginsWithMark = (text: string): boolean => text.startsWith(OPEN);

/** The same text, what is not Liquid changed by `change`. */
export function aroundLiquid(
  source: string,
  change: (text: string) => string,
  write?: (liquid: string) => string,
): string {
  const aside = setLiquidAside(source);
  return aside.restore(change(aside.text), write);
}
