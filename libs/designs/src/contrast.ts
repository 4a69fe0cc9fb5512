import { getContrast, mix, parseToRgba, toHex } from 'color2k';

/** What WCAG 2.2 asks of text (AA). */
export const TEXT_CONTRAST = 4.5;
/** And of large text. */
export const LARGE_CONTRAST = 3;

/** The contrast of two colours, 1 to 21; undefined where one of them is none. */
export function contrastOf(one: string, other: string): number | undefined {
  try {
    return Math.floor(getContrast(one, other) * 100) / 100;
  } catch {
    return undefined;
  }
}

/** White or the ink, whichever is easier to read on a ground. */
export const readableOn = (ground: string, ink: string): string =>
  (contrastOf(ground, '#ffffff') ?? 1) >= Math.min(TEXT_CONTRAST, contrastOf(ground, ink) ?? 1) ? '#ffffff' : ink;

/** A colour of any CSS form as `#rrggbb`; undefined where it is none, or seen through. */
export function asHex(colour: string): string | undefined {
  try {
    return parseToRgba(colour)[3] === 1 ? toHex(colour).toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** The first colour with a share (0 to 1) of the second in it, as `#rrggbb`. */
export const blendOf = (colour: string, other: string, share: number): string => toHex(mix(colour, other, share));
