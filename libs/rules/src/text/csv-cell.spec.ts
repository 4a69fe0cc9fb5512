import { describe, expect, it } from '@jest/globals';
import { csvCell } from './csv-cell.js';

describe('a cell of a CSV file', () => {
  it.each(['=1+1', '+49 30 1', '-1', '@SUM(A1)', '\t=1', '\r=1'])('never is a formula: %j', (text) => {
    expect(csvCell(text)).toBe(`"'${text}"`);
  });

  it('keeps all else as it is, quoted', () => {
    expect(['ann@school.example', '', 'a "b", c', 'two\nlines'].map(csvCell)).toEqual([
      '"ann@school.example"',
      '""',
      '"a ""b"", c"',
      '"two\nlines"',
    ]);
  });
});
