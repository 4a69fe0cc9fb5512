import type { z } from 'zod';
import type { Brand } from './brand.js';
import type { MailNode } from './design.js';

export type MailStream = 'broadcast' | 'transactional';

/** What a block may know when it is written as MJML. */
export interface MjmlContext {
  brand: Brand;
  stream: MailStream;
  /** Where our own pictures are served, without a slash at the end. */
  base: string;
  /** These elements in MJML, their own settings and the brand's filled in. */
  inside(nodes: readonly MailNode[] | undefined): MailNode[];
}

/** The same when it is written as plain text. */
export interface TextContext {
  brand: Brand;
  stream: MailStream;
  inside(nodes: readonly MailNode[] | undefined): string;
}

/** A kind of element, defined once: read by palette, canvas, inspector, checks and the server. */
export interface BlockDef<T extends string = string, S extends z.ZodObject = z.ZodObject> {
  tagName: T;
  /** Where it may stand: among the rows, in a row, in a column, or inside another element. */
  place: 'row' | 'column' | 'leaf' | 'part';
  label: string;
  /** Name of the glyph in the screens' icon set. */
  icon: string;
  /** One sentence for the palette. */
  summary: string;
  /** The settings that it can have; each says by `.meta` how the inspector shows it (`FieldMeta`). */
  fields: S;
  /** What its settings are where it says nothing itself; canvas and mail read the same. */
  defaults(brand: Brand): Record<string, string>;
  /** What is typed on the paper: a text with formatting, one line, or nothing. */
  words?: 'rich' | 'line';
  /** A new one, as the palette puts it in. */
  fresh(): MailNode;
  /** @param node with every setting filled in */
  toMjml(node: MailNode, context: MjmlContext): MailNode[];
  /** @param node with every setting filled in */
  toText(node: MailNode, context: TextContext): string;
}

/** Makes a definition. */
export const defineBlock = <const T extends string, S extends z.ZodObject>(def: BlockDef<T, S>): BlockDef<T, S> => def;
