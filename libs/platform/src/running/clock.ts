/**
 * The process's clock. Whatever decides about people inside a transaction asks the database instead
 * (`cortex.now()`, see `Tx.now`), so that every process and every statement sees one time.
 */
export abstract class Clock {
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}
