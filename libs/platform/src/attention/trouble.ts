import type { NewAttention } from './attention.js';

/** What a process met that passes by itself, once somebody has made room. */
export interface Trouble {
  /** Of its notice. */
  key: string;
  /** When it was last met, in epoch milliseconds. */
  metAt(): number | undefined;
  /** Asked only while it was met. */
  notice(): NewAttention;
  forget(): void;
}
