/**
 * A text as a cell of a CSV file, always quoted. What a spreadsheet would take for a formula is made text by an
 * apostrophe before it.
 */
export const csvCell = (text: string): string =>
  `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
