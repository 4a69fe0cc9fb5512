import type { ProblemCode, ProblemFacts } from '#contracts';

/** One thing wrong with a request: where (JSON pointer) and what to do about it. */
export interface FieldError {
  pointer: string;
  message: string;
}

/**
 * A failure that its reader can act on. It knows its kind and the facts; which HTTP status that is, the edge decides
 * by the list of kinds in #contracts.
 * @param detail one or two sentences about this very case
 * @param more.errors single mistakes in what was sent
 * @param more.facts further members of the answer (e.g. the current revision of a conflict), under other names than its own
 */
export class AppError extends Error {
  readonly errors: FieldError[];
  readonly facts: Record<string, unknown>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    more: { errors?: FieldError[]; facts?: ProblemFacts } = {},
  ) {
    super(detail);
    this.name = 'AppError';
    this.errors = more.errors ?? [];
    this.facts = more.facts ?? {};
  }
}

export const invalidRequest = (detail: string, errors: FieldError[] = []): AppError =>
  new AppError('invalid_request', detail, { errors });

export const notFound = (what: string): AppError =>
  new AppError('not_found', `There is no ${what} with this id. It may have been deleted.`);

/** @param pointer where in the request the address stands */
export const unknownAddress = (pointer = '/contact_email'): AppError =>
  new AppError('unknown_address', 'Nobody in the directory has this address. Look it up there, or add them first.', {
    errors: [{ pointer, message: 'Use the address of someone in the directory.' }],
  });
