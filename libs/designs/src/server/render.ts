// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- each app is built from the files it reaches, and this one is reached by nobody's import
/// <reference path="./mjml.d.ts" />
import type { MailStream } from '../block.js';
import type { Brand } from '../brand.js';
import { checkDesign, type DesignProblem } from '../checks.js';
import type { Design } from '../design.js';
import { toMjml } from '../to-mjml.js';
import { toText } from '../to-text.js';
import { cleanDesign } from './clean.js';
import { DesignError } from './design-error.js';

export interface RenderedDesign {
  /** The design as it is stored: its words cleaned. */
  design: Design;
  /** The template: Liquid is filled in later, for each person. */
  html: string;
  /** The plain text, with the same Liquid. */
  text: string;
  /** Of the HTML, before Liquid. */
  bytes: number;
  problems: DesignProblem[];
}

export interface RenderOptions {
  brand: Brand;
  stream: MailStream;
  /** Where our own pictures are served. */
  base: string;
}

/**
 * A design as the HTML and text that go out. The only way from a design to a mail.
 * @throws DesignError when it cannot be rendered
 */
export async function renderDesign(given: Design, { brand, stream, base }: RenderOptions): Promise<RenderedDesign> {
  const design = cleanDesign(given);
  // 1.4 s of work and 95 MB, so only where somebody designs.
  const { default: mjml } = await import('mjml');
  let html: string;
  try {
    ({ html } = await mjml(toMjml(design, brand, { stream, base }), {
      validationLevel: 'strict',
      fonts: {},
      keepComments: true,
      minify: false,
    }));
  } catch (error) {
    throw new DesignError(`This design cannot be rendered: ${(error as Error).message.slice(0, 300)}`);
  }
  const bytes = Buffer.byteLength(html);
  return {
    design,
    html,
    text: toText(design, brand, stream),
    bytes,
    problems: checkDesign(design, brand, stream, bytes),
  };
}
