import { passingCodes, type ProblemCode } from '#contracts';

/** One mistake in what was sent: where (JSON pointer) and what to do about it. */
export interface FieldProblem {
  pointer: string;
  message: string;
}

/** What the API says, that it could not be reached, or that something else answered in its place. */
export type FailureCode = ProblemCode | 'unreachable' | 'unreadable_answer';

/**
 * An answer of the API that is no success, or no answer at all. Screens decide by `code` alone; `detail` is a sentence
 * that can be shown as it is; `requestId` finds the request in the server's log.
 */
export class ApiError extends Error {
  constructor(
    readonly code: FailureCode,
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

  /** Whether the same call may succeed after a moment. */
  get passes(): boolean {
    return passing.has(this.code);
  }

  /** Messages by the last part of the pointer, as forms name their fields: `/email` → `email`. */
  get fields(): Record<string, string> {
    return Object.fromEntries(this.errors.map((error) => [error.pointer.split('/').at(-1) ?? '', error.message]));
  }
}

const passing: ReadonlySet<FailureCode> = new Set<FailureCode>([...passingCodes, 'unreachable', 'unreadable_answer']);

/** Whether a call failed in this way. */
export const failedBy = (error: unknown, code: FailureCode): error is ApiError =>
  error instanceof ApiError && error.code === code;

/** Reads a failed response as RFC 9457; a body that is something else still becomes a readable error. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const errors = Array.isArray(body['errors']) ? (body['errors'] as FieldProblem[]) : [];
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' && value !== '' ? value : otherwise);
  return new ApiError(
    text(body['code'], 'unreadable_answer') as FailureCode,
    text(body['title'], 'The server could not do this'),
    text(body['detail'], `The server answered ${response.status}.`),
    errors,
    response.headers.get('x-request-id') ?? (typeof body['request_id'] === 'string' ? body['request_id'] : undefined),
    body,
  );
}
