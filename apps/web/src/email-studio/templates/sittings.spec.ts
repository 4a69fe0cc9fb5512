import { describe, expect, it } from '@jest/globals';
import { sittingsOf } from './sittings';

const saved = (number: number, at: string, by = 'ada@example.com', approved = false) => ({
  number,
  saved_at: `2026-05-04T${at}:00.000Z`,
  saved_by: by,
  approved_at: approved ? '2026-05-05T00:00:00.000Z' : null,
});
const told = (versions: ReturnType<typeof saved>[]) =>
  sittingsOf(versions).map((sitting) => sitting.versions.map(({ number }) => number));

describe('versions as sittings', () => {
  it('puts the saves of one author without a long pause together, the newest first', () => {
    expect(told([saved(4, '11:00'), saved(3, '10:06'), saved(2, '10:03'), saved(1, '10:00')])).toEqual([
      [4],
      [3, 2, 1],
    ]);
  });

  it('parts two authors who take turns', () => {
    expect(told([saved(3, '10:02'), saved(2, '10:01', 'bo@example.com'), saved(1, '10:00')])).toEqual([[3], [2], [1]]);
  });

  it('keeps a version that was approved in sight', () => {
    expect(told([saved(3, '10:02'), saved(2, '10:01', 'ada@example.com', true), saved(1, '10:00')])).toEqual([
      [3],
      [2, 1],
    ]);
  });
});
