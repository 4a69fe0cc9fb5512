/** One thing wrong with a request: where (JSON pointer) and what to do about it. */
export interface FieldError {
  pointer: string;
  message: string;
}

/**
 * A failure that its reader can act on; the HTTP edge answers it as RFC 9457 problem+json.
 * `facts` become extra members of the answer (e.g. the current revision of a conflict).
 */
export class AppError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
    readonly facts: Record<string, unknown> = {},
  ) {
    super(detail);
    this.name = 'AppError';
  }
}

export const badRequest = (detail: string, errors: FieldError[] = []): AppError =>
  new AppError(400, 'Bad request', detail, errors);
export const unauthorized = (detail: string): AppError => new AppError(401, 'Not signed in', detail);
export const forbidden = (detail: string): AppError => new AppError(403, 'Not allowed', detail);
export const notFound = (what: string): AppError =>
  new AppError(404, 'Not found', `There is no ${what} with this id. It may have been deleted.`);
export const unknownAddress = (): AppError =>
  new AppError(404, 'Not found', 'Nobody in the directory has this address. Look it up there, or add them first.', [
    { pointer: '/contact_email', message: 'The address of somebody in the directory.' },
  ]);
export const conflict = (detail: string, facts: Record<string, unknown> = {}): AppError =>
  new AppError(409, 'Conflict', detail, [], facts);
export const unprocessable = (
  detail: string,
  errors: FieldError[] = [],
  facts: Record<string, unknown> = {},
): AppError => new AppError(422, 'Cannot be done', detail, errors, facts);
