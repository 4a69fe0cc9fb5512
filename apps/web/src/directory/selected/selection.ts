import type { Group } from '#rules';

/** People who are chosen to do something with. */
export interface Selection {
  /** Who was ticked, or whom a search finds; all that the filter finds where it is undefined. */
  ids: string[] | undefined;
  rules: Group;
  /** How many that are. */
  count: number;
  /** The number is an estimate. */
  about?: boolean;
}
