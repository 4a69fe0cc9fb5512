import { emailAddress, instant } from '#rules';
import { z } from 'zod';
import type { ProblemCode } from './problems.js';

/**
 * The rows of the permission table: what a caller must be allowed to do. Every route names one;
 * `permissions.ts` says which roles and scopes hold it.
 */
export const accessRows = [
  'open', // no credentials
  'postmark', // the user and password that only Postmark knows
  'stripe', // a signature that only Stripe can make
  'shopify', // a signature that only Shopify can make
  'inbound', // the address of an inbound webhook, which holds a token
  'write_key', // a write key, from a page of an allowed origin
  'client', // a write key as above, or a server key that may record: as clients of others send it
  'customer', // a signed-in customer, about themselves
  'own', // any signed-in staff member, about themselves
  'read',
  'change', // lists, automations, templates; publish; send
  'people', // edit and tag people
  'bulk', // import, bulk changes, export
  'support', // identity and support actions, sync orders
  'revoke', // revoke & refund, restore access, erase, unlink
  'stop_mail',
  'admin', // resume mail, settings, staff, keys, audit
  'ingest', // record activities, leads, profiles, courses, transactions
  'enroll', // give access to courses: support's, and of keys that bring data in
] as const;
export type AccessRow = (typeof accessRows)[number];

export interface RouteDefinition {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:name` for parameters. */
  path: string;
  access: AccessRow;
  summary: string;
  /** What the summary has no room for. */
  description?: string;
  tag: string;
  /** Status of a good answer, default 200. */
  status?: number;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Other formats that the body may have, by content type. */
  forms?: Readonly<Record<string, z.ZodType>>;
  response?: z.ZodType;
  /** What it refuses beside what every route does (credentials, form): the codes a caller decides by. */
  problems?: readonly ProblemCode[];
  /** Size in bytes beyond which a body is refused, default 1 MiB; 64 KiB where nobody has to say who they are. */
  bodyLimit?: number;
  /** A larger size, where `bodyLimit` is for what is left of the body without long texts in it, such as files. */
  sentLimit?: number;
  /** The same for a file (CSV, bytes), where the route takes a larger one. */
  fileLimit?: number;
  /** Answers that are no JSON (HTML pages, images, streams). */
  raw?: boolean;
}

/** One HTTP route, defined once for the server (parsing, permission), the browser (types) and OpenAPI. */
export const route = <const D extends RouteDefinition>(definition: D): D => definition;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type Given<S> = S extends z.ZodType ? z.input<S> : undefined;

/** What a handler receives. */
export interface InputOf<D extends RouteDefinition> {
  params: Parsed<D['params']>;
  query: Parsed<D['query']>;
  body: Parsed<D['body']>;
}

/** What a caller passes. */
export interface CallOf<D extends RouteDefinition> {
  params?: Given<D['params']>;
  query?: Given<D['query']>;
  body?: Given<D['body']>;
}

export type AnswerOf<D extends RouteDefinition> = Parsed<D['response']>;

export const uuid = z.uuid();
export { emailAddress, instant };

/** Long enough for the longest sort key: a name of 300 characters of four bytes. */
export const cursor = z.string().max(3000);

/** Query of every list: `?limit=` (1–200, default 50) and `?cursor=` as the previous answer gave it. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: cursor.optional(),
});

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const idParams = z.strictObject({ id: uuid });

export const problem = z.object({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })),
});

/** Further members of a problem. What it has itself is the problem's alone: a fact of that name would be lost. */
export type ProblemFacts = Record<string, unknown> & { [Own in keyof z.output<typeof problem>]?: never };
