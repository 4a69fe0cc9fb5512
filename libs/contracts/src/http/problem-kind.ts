/** What a kind of failure answers with, why it happens and what to do about it. */
export interface ProblemKind {
  status: number;
  title: string;
  /** One sentence: what is the case. */
  cause: string;
  /** One or two sentences: what the caller does next. */
  remedy: string;
}

/** Kinds that share a status and a title: what is left to say is the cause and the remedy. */
export const kinds =
  (status: number, title: string) =>
  (cause: string, remedy: string): ProblemKind => ({ status, title, cause, remedy });
