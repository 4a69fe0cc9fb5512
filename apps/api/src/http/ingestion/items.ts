import { MAX_ITEMS, type ProblemCode } from '#contracts';
import { AppError, invalidRequest, turns, type FieldError } from '#platform';
import { shownName } from '#rules';
import type { z } from 'zod';
import { bodyProblems } from '../parsing/body.js';
import type { CortexRequest } from '../permission/permission.js';
import { senderOf } from '../parsing/sender.js';
import { fieldErrors } from '../routes/route.js';

export interface Items<T> {
  count: number;
  valid: { at: number; value: T }[];
  /** By position: the first thing wrong with the item, its pointer counted from the item. */
  refused: Map<number, FieldError>;
}

/** Items that are looked at in one turn of the event loop. */
const IN_A_TURN = 50;

/** What a request is told in which nothing is valid. */
export const INVALID = 'The request is not valid, so nothing was stored. See errors for what to fix.';

/**
 * Reads a body of one item or many, each by itself, so that a bad one does not cost its neighbours their place; of many a
 * part at a time, so that others have their turn in between.
 * @param wrapper a member that may hold the array, as in `{ "activities": [...] }`
 * @param body what is read instead of the request's own body
 * @throws AppError 400 when it is one item and invalid, when all are, or when there are none or more than 500
 */
export async function readItems<T>(
  request: CortexRequest,
  schema: z.ZodType<T>,
  wrapper?: string,
  body: unknown = request.body,
): Promise<Items<T>> {
  const { errors, ...read } = await lookAtItems(request, schema, wrapper, body);
  if (read.valid.length === 0) throw invalidRequest(INVALID, errors.slice(0, MAX_ITEMS));
  return read;
}

/** The same, also of a request in which nothing is valid; with what is wrong, its pointers counted from the body. */
export async function lookAtItems<T>(
  request: CortexRequest,
  schema: z.ZodType<T>,
  wrapper: string | undefined,
  body: unknown,
): Promise<Items<T> & { errors: FieldError[] }> {
  const { items, isOne, prefix } = unwrap(body, wrapper);
  if (items.length === 0) throw invalidRequest('The list is empty. Send at least one item.');
  if (items.length > MAX_ITEMS) {
    throw new AppError(
      'too_many_items',
      `The list has ${items.length} items; at most ${MAX_ITEMS} fit in one request. Send the rest in another.`,
    );
  }
  const read: Items<T> = { count: items.length, valid: [], refused: new Map() };
  const errors: FieldError[] = [];
  const broken = new Map<number, FieldError[]>();
  for (const problem of bodyProblems(request)) {
    const rest = problem.pointer.slice(prefix.length);
    const at = isOne ? 0 : Number(rest.split('/')[1]);
    const pointer = isOne ? rest : `/${rest.split('/').slice(2).join('/')}`;
    if (!broken.has(at)) broken.set(at, []);
    broken.get(at)!.push({ pointer, message: problem.message });
  }
  const look = (item: unknown, at: number) => {
    const parsed = schema.safeParse(item);
    const wrong = [...(broken.get(at) ?? []), ...(parsed.success ? [] : fieldErrors(parsed.error, ''))];
    if (parsed.success && wrong.length === 0) {
      read.valid.push({ at, value: parsed.data });
      return;
    }
    read.refused.set(at, wrong[0]!);
    errors.push(...wrong.map((e) => ({ ...e, pointer: isOne ? e.pointer : `${prefix}/${at}${e.pointer}` })));
  };
  if (items.length <= IN_A_TURN) items.forEach(look);
  else await turns.each(senderOf(request), items, IN_A_TURN, look);
  return { ...read, errors };
}

/**
 * Refuses a request of which nothing could be stored; a batch with some success is answered item by item.
 * @throws AppError 400, or the problem that all of them are
 */
export function assertSomeStored(
  results: readonly { status: string; error?: FieldError & { code?: ProblemCode } }[],
): void {
  if (results.some((result) => result.status !== 'rejected')) return;
  const isOne = results.length === 1;
  const errors = results.flatMap(({ error }, at) =>
    error ? [{ message: error.message, pointer: isOne ? error.pointer : `/${at}${error.pointer}` }] : [],
  );
  const code = results[0]?.error?.code;
  if (code !== undefined && results.every(({ error }) => error?.code === code))
    throw new AppError(code, errors[0]!.message, { errors });
  throw invalidRequest(INVALID, errors);
}

function unwrap(body: unknown, wrapper: string | undefined): { items: unknown[]; isOne: boolean; prefix: string } {
  if (Array.isArray(body)) return { items: body, isOne: false, prefix: '' };
  if (typeof body !== 'object' || body === null) {
    throw invalidRequest('Send a JSON object, or an array of them, with content type application/json.');
  }
  if (wrapper !== undefined && wrapper in body) {
    const { [wrapper]: items, ...others } = body as Record<string, unknown>;
    if (!Array.isArray(items))
      throw invalidRequest(INVALID, [{ pointer: `/${wrapper}`, message: 'Send an array here.' }]);
    const unknown = Object.keys(others)[0];
    if (unknown !== undefined) {
      throw invalidRequest(INVALID, [
        { pointer: `/${shownName(unknown)}`, message: `“${shownName(unknown)}” is not known here. Leave it out.` },
      ]);
    }
    return { items, isOne: false, prefix: `/${wrapper}` };
  }
  return { items: [body], isOne: true, prefix: '' };
}
