import { v7 } from 'uuid';

/** A new time-ordered id, of the same kind as the database's default `uuidv7()`. */
export const newId = (): string => v7();
