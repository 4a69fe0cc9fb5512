/** An instant at which somebody is called up by the clock. */
export interface Call {
  at: number;
  occasion: string;
  /** For a date: only while it has this value and the person is in this zone. */
  date?: { raw: string; zone: string | null };
}
