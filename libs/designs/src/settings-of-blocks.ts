import { z } from 'zod';
import { fontStacks } from './fonts.js';
import { isSafeImage, isSafeLink } from './link.js';

/** How the inspector shows a setting. */
export type BlockControl =
  'colour' | 'pixels' | 'percent' | 'spacing' | 'link' | 'image' | 'line' | 'paragraph' | 'font' | 'choice';

/** What a field says of itself to the inspector. */
export interface FieldMeta {
  label: string;
  control: BlockControl;
  help?: string;
  unit?: string;
  options?: Record<string, string>;
}

const field = <S extends z.ZodType>(schema: S, meta: FieldMeta) => schema.optional().meta({ ...meta });

export const colour = (label: string, help?: string) =>
  field(z.string().regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'A colour is written as #0f6b5c.'), {
    label,
    control: 'colour',
    help,
  });

export const pixels = (label: string, most: number, help?: string) =>
  field(
    z
      .string()
      .regex(/^\d{1,4}px$/, 'A size is written as 16px.')
      .refine((size) => parseInt(size, 10) <= most, `At most ${most}px.`),
    { label, control: 'pixels', unit: 'px', help },
  );

export const percent = (label: string, help?: string) =>
  field(z.string().regex(/^(?:100|\d{1,2}(?:\.\d{1,4})?)%$/, 'A share is written as 50%.'), {
    label,
    control: 'percent',
    unit: '%',
    help,
  });

export const spacing = (label: string, help?: string) =>
  field(z.string().regex(/^\d{1,3}(?:px)?(?: \d{1,3}(?:px)?){0,3}$/, 'Space is written as 16px, or 16px 8px.'), {
    label,
    control: 'spacing',
    unit: 'px',
    help,
  });

/** A line around or below: width, style, colour. */
export const border = (label: string) =>
  field(
    z
      .string()
      .regex(
        /^(?:none|\d{1,2}px (?:solid|dashed|dotted) #(?:[0-9a-f]{3}|[0-9a-f]{6}))$/i,
        'Written as 1px solid #dedacf.',
      ),
    { label, control: 'line' },
  );

export const link = (label: string, help?: string) =>
  field(
    z.string().max(2_000).refine(isSafeLink, 'A link begins with https://, mailto: or tel:, or with a personal word.'),
    { label, control: 'link', help },
  );

export const image = (label: string, help?: string) =>
  field(z.string().max(2_000).refine(isSafeImage, 'A picture is uploaded here, or begins with https://.'), {
    label,
    control: 'image',
    help,
  });

export const line = (label: string, help?: string) => field(z.string().max(500), { label, control: 'line', help });
export const paragraph = (label: string, help?: string) =>
  field(z.string().max(2_000), { label, control: 'paragraph', help });

export const font = (label = 'Font') =>
  field(z.enum(Object.values(fontStacks) as [string, ...string[]]), {
    label,
    control: 'font',
    help: 'Fonts that nearly every mail program has.',
  });

export const choice = <const O extends Record<string, string>>(label: string, options: O, help?: string) =>
  field(z.enum(Object.keys(options) as [string, ...string[]]), { label, control: 'choice', options, help });

export const align = () => choice('Align', { left: 'Left', center: 'Centre', right: 'Right' });
export const weight = () => choice('Weight', { 400: 'Regular', 600: 'Bold' });
