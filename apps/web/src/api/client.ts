import type { AnswerOf, CallOf, RouteDefinition } from '#contracts';
import { ApiError, problemOf } from './problem';

/** What goes with a call besides its input. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Repeats of the same key answer the same, so that a second click does nothing twice. */
  idempotencyKey?: string;
  /** The call outlives the page: for last words. */
  keepalive?: boolean;
}

/** Browsers refuse a longer body that is to outlive the page (64 KiB for all of them together). */
const KEEPALIVE_BYTES = 60_000;

/** The path and query of a contract for an input; exported for links to files. */
function addressOf(contract: RouteDefinition, input: { params?: unknown; query?: unknown } = {}): string {
  const params = (input.params ?? {}) as Record<string, unknown>;
  const path = contract.path.replace(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((input.query ?? {}) as Record<string, unknown>)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size > 0 ? `${path}?${search}` : path;
}

/**
 * Calls a route of the API by its contract. A body that is a Blob is sent as the file it is, under its own type.
 * @throws ApiError with the server's sentence, or the code `unreachable` when the server could not be reached.
 */
export async function call<D extends RouteDefinition>(
  contract: D,
  input: CallOf<D> = {},
  options: CallOptions = {},
): Promise<AnswerOf<D>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const isFile = input.body instanceof Blob;
  if (input.body !== undefined) headers['content-type'] = isFile ? (input.body as Blob).type : 'application/json';
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey;
  const request: RequestInit = { method: contract.method, headers, credentials: 'same-origin' };
  if (input.body !== undefined) request.body = isFile ? (input.body as Blob) : JSON.stringify(input.body);
  if (options.signal) request.signal = options.signal;
  if (options.keepalive && new Blob([request.body as BlobPart]).size < KEEPALIVE_BYTES) request.keepalive = true;

  const response = await fetch(addressOf(contract, input), request).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new ApiError(
      'unreachable',
      'Cortex could not be reached',
      'Cortex did not answer. Check that it is running and try again.',
      [],
      undefined,
      {},
    );
  });
  if (!response.ok) throw await problemOf(response);
  if (contract.raw) return undefined as AnswerOf<D>;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as AnswerOf<D>;
}
