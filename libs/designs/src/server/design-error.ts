/** A design or picture that cannot be used, with a sentence for whoever made it. */
export class DesignError extends Error {
  constructor(
    message: string,
    /** What is wrong and where, as JSON pointers into what was sent. */
    readonly errors: { pointer: string; message: string }[] = [],
  ) {
    super(message);
    this.name = 'DesignError';
  }
}
