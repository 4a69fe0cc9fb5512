import { Injectable } from '@nestjs/common';
import { brandFrom, designSchema, nodesOf, weightProblem, type Brand, type Design, type DesignFix } from '#designs';
import { AppError, Config, Database, readSettings } from '#platform';
import { checkTemplate, type TemplateProblem } from '../content/content.js';

/** What a person made, in the form of its editor. */
export interface Designed {
  editor: 'html' | 'mjml' | 'unlayer';
  stream: 'broadcast' | 'transactional';
  design?: unknown;
  /** The mail itself; of `unlayer` what its editor exported; of `mjml` nothing. */
  html: string;
  /** The author's own. */
  text?: string | null;
}

/** The same as a mail: what is stored with a version and sent. */
export interface DrawnMail {
  /** As it is stored: cleaned. */
  design: unknown;
  html: string;
  /** The plain text of a design; null where it is made from the HTML. */
  generated_text: string | null;
  /** The brand that a design of ours was drawn in. */
  brand?: Brand;
  problems: DrawnProblem[];
}

export interface DrawnProblem extends TemplateProblem {
  code: string;
  fix?: DesignFix;
}

/** Problems with Liquid that are told of one design. */
const MOST = 50;

/**
 * Makes mails of designs. What is previewed, tested, saved and sent all comes from here. The renderers are loaded when
 * the first design comes: the processes that only send do without.
 */
@Injectable()
export class DesignRenderer {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** @throws AppError 422 when the design is not what its editor writes, or cannot be rendered */
  async draw(given: Designed): Promise<DrawnMail> {
    if (given.editor === 'html')
      return { design: given.design ?? null, html: given.html, generated_text: null, problems: [] };
    const { DesignError, renderDesign, renderUnlayer } = await import('#designs/server');
    try {
      if (given.editor === 'unlayer') {
        const { html, bytes, unknown, exported } = await renderUnlayer(given.design, given.html);
        return { design: given.design, html, generated_text: null, problems: ofUnlayer(unknown, exported, bytes) };
      }
      const brand = await this.brand();
      const drawn = await renderDesign(readDesign(given.design), {
        brand,
        stream: given.stream,
        base: this.config.publicUrl,
      });
      return {
        design: drawn.design,
        html: drawn.html,
        generated_text: drawn.text,
        brand,
        problems: [...drawn.problems, ...liquidProblems(drawn.design)],
      };
    } catch (error) {
      if (!(error instanceof DesignError)) throw error;
      throw new AppError('unreadable_design', error.message, { errors: error.errors });
    }
  }

  /**
   * A mail from elsewhere, cleaned, with what was removed.
   * @throws AppError 422 when the text is not in that format
   */
  async import(format: Designed['editor'], source: string) {
    const { DesignError, importMail, renderDesign } = await import('#designs/server');
    try {
      const { design, ...imported } = await importMail(format, source);
      if (format !== 'mjml') return { design: design ?? null, ...imported };
      const drawn = await renderDesign(design as Design, {
        brand: await this.brand(),
        stream: 'broadcast',
        base: this.config.publicUrl,
      });
      return { ...imported, design: drawn.design, html: drawn.html };
    } catch (error) {
      if (!(error instanceof DesignError)) throw error;
      throw new AppError('unreadable_design', error.message, { errors: error.errors });
    }
  }

  /** How mail looks here. */
  private async brand(): Promise<Brand> {
    return brandFrom((await readSettings(this.database, 'brand')).brand);
  }
}

/** @throws AppError 422 with what is wrong, and where */
function readDesign(given: unknown): Design {
  const parsed = designSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new AppError('unreadable_design', 'This is no design of ours, so nothing was saved or shown.', {
    errors: parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
      pointer: ['/design', ...path.map(String)].join('/'),
      message,
    })),
  });
}

function ofUnlayer(unknown: readonly string[], exported: boolean, bytes: number): DrawnProblem[] {
  const parts = unknown.map((kind): DrawnProblem => ({
    code: 'unknown_tool',
    severity: 'look',
    pointer: '/design',
    message: exported
      ? `“${kind.slice(0, 60)}” is drawn by Unlayer’s editor only, so what it exported is used.`
      : `“${kind.slice(0, 60)}” is drawn by Unlayer’s editor only, and it is missing here. Save from the editor.`,
  }));
  const heavy = weightProblem(bytes);
  return heavy ? [...parts, heavy] : parts;
}

/** Liquid that does not parse, or that nothing fills, at the element that holds it. */
function liquidProblems(design: Design): DrawnProblem[] {
  const found: DrawnProblem[] = [];
  for (const { node, pointer } of nodesOf(design.rows)) {
    const texts = [
      ...Object.values(node.attributes),
      node.content ?? '',
      ...(node.only ? [`{% if ${node.only} %}{% endif %}`] : []),
    ].filter((text) => text.includes('{'));
    for (const text of texts)
      for (const { severity, message } of checkTemplate('-', text))
        found.push({ code: severity === 'blocks' ? 'liquid' : 'unknown_name', severity, pointer, message });
    if (found.length >= MOST) break;
  }
  return found.slice(0, MOST);
}
