/** One mistake in what was sent: where (JSON pointer) and what to do about it. */
export interface FieldProblem {
  pointer: string;
  message: string;
}

/**
 * An answer of the API that is no success, or no answer at all (`status` 0). `detail` is a sentence
 * that can be shown as it is; `requestId` finds the request in the server's log.
 */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldProblem[],
    readonly requestId: string | undefined,
    /** The whole problem document: some conflicts carry facts of their own. */
    readonly body: Record<string, unknown>,
  ) {
    super(detail || title);
    this.name = 'ApiError';
  }

  /** Messages by the last part of the pointer, as forms name their fields: `/email` → `email`. */
  get fields(): Record<string, string> {
    return Object.fromEntries(this.errors.map((error) => [error.pointer.split('/').at(-1) ?? '', error.message]));
  }
}

/** Reads a failed response as RFC 9457; a body that is something else still becomes a readable error. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const errors = Array.isArray(body['errors']) ? (body['errors'] as FieldProblem[]) : [];
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' && value !== '' ? value : otherwise);
  return new ApiError(
    response.status,
    text(body['title'], 'The server could not do this'),
    text(body['detail'], `The server answered ${response.status}.`),
    errors,
    response.headers.get('x-request-id') ?? (typeof body['request_id'] === 'string' ? body['request_id'] : undefined),
    body,
  );
}
