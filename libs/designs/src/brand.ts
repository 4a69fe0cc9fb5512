import { z } from 'zod';
import { blendOf, contrastOf, readableOn, TEXT_CONTRAST } from './contrast.js';
import { fontNames } from './fonts.js';
import { isSafeImage, isSafeLink } from './link.js';

const colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'A colour is written as #0f6b5c.');
const emptyOr = (holds: (text: string) => boolean, message: string) =>
  z
    .string()
    .trim()
    .max(2_000)
    .refine((text) => text === '' || holds(text), message);

/** How the workspace looks in mail; what is left out is as the product has it. */
export const brandSchema = z.strictObject({
  /** Address of the logo; `''`: the name is written instead. */
  logo: emptyOr(isSafeImage, 'Upload the logo, or give an address that begins with https://.').default(''),
  logo_width: z.number().int().min(24).max(400).default(140),
  /** Where a click on the logo leads; `''`: nowhere. */
  website: emptyOr(isSafeLink, 'An address begins with https://.').default(''),
  accent: colour.default('#0f6b5c'),
  ink: colour.default('#1e2a2b'),
  quiet: colour.default('#5a6361'),
  paper: colour.default('#f6f4ee'),
  card: colour.default('#fffefb'),
  line: colour.default('#dedacf'),
  font: z.enum(fontNames).default('sans'),
  heading_font: z.enum(fontNames).default('serif'),
  /** Corners of buttons and pictures, in pixels. */
  radius: z.number().int().min(0).max(40).default(4),
});
export type Brand = z.output<typeof brandSchema>;

export const productBrand: Brand = brandSchema.parse({});

/** Brand colours are stored whole; of a stored one that is older, what it lacks is as the product has it. */
export const brandFrom = (stored: unknown): Brand => brandSchema.safeParse(stored ?? {}).data ?? productBrand;

/** What stands on the accent. */
export const onAccent = ({ accent, ink }: Brand): string => readableOn(accent, ink);

/** A ground a little darker than the card, for what stands apart. */
export const tintOf = ({ card, ink }: Brand): string => blendOf(card, ink, 0.06);

/** One pair of colours that meet in a mail. */
export interface BrandContrast {
  /** The setting that is the text's colour. */
  field: 'ink' | 'quiet' | 'accent';
  on: 'paper' | 'card' | 'accent';
  /** 1 to 21. */
  ratio: number;
  good: boolean;
  /** What is wrong; absent where nothing is. */
  message?: string;
}

/** The contrast of every pair of brand colours that meet in a mail. */
export function brandContrasts(brand: Brand): BrandContrast[] {
  const pairs = [
    { field: 'ink', on: 'card', says: 'Text on the card' },
    { field: 'ink', on: 'paper', says: 'Text on the background' },
    { field: 'quiet', on: 'paper', says: 'The footer' },
    { field: 'accent', on: 'card', says: 'Links' },
    { field: 'accent', on: 'accent', says: 'Words on buttons' },
  ] as const;
  return pairs.map(({ field, on, says }) => {
    const front = on === 'accent' ? onAccent(brand) : brand[field];
    const ratio = contrastOf(front, brand[on]) ?? 1;
    const good = ratio >= TEXT_CONTRAST;
    return {
      field,
      on,
      ratio,
      good,
      ...(good
        ? {}
        : { message: `${says} would be hard to read: contrast ${ratio} to 1, and ${TEXT_CONTRAST} is needed.` }),
    };
  });
}
