import { describe, expect, it } from '@jest/globals';
import { besideOthers } from '#testing';
import { assertReadable, namesInCsv } from './names-in-csv.js';

const read = async (text: string) => {
  const [piece, ...more] = await namesInCsv(Buffer.from(text));
  expect(more).toEqual([]);
  return piece;
};
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('names in a CSV file', () => {
  it('reads the column that its heading names, or else the first', async () => {
    expect(await read('name;E-Mail\nAnn;ann@x.example\nBob;bob@x.example')).toEqual({
      emails: ['ann@x.example', 'bob@x.example'],
    });
    expect(await read('\ufeffcontact_id,name\n' + id(1) + ',Ann')).toEqual({ contact_ids: [id(1)] });
    expect(await read(`${id(1)}\n${id(2)}\n${id(1)}`)).toEqual({ contact_ids: [id(1), id(2)] });
    expect(await read('ann@x.example\n\n ann@x.example \n')).toEqual({ emails: ['ann@x.example'] });
  });

  it('says what is wrong with a file', async () => {
    await expect(read('email\n')).rejects.toThrow(/There is nobody in this file/);
    await expect(read('id\nann@x.example')).rejects.toThrow(/is not an id/);
    await expect(read('email\n"ann')).rejects.toThrow(/cannot be read/);
  });

  it.each([
    ['quotation marks', (size: number) => `email\n${'"'.repeat(size)}`],
    ['commas', (size: number) => `email\n${','.repeat(size)}`],
    ['lines in a value that never closes', (size: number) => `email\n"${'x\n'.repeat(size / 2)}`],
    ['one name', (size: number) => `email\r${'x'.repeat(size)}`],
  ])('gathers no row of %s that has no end', async (_what, make) => {
    const tooLong = /A row is longer than 100,000 bytes/;
    await expect(read(make(150_000))).rejects.toThrow(tooLong);
    await expect(assertReadable(Buffer.from(make(2_000_000)))).rejects.toThrow(tooLong);
  });

  it('takes rows that are long and not too long', async () => {
    const row = (n: number) => `p${n}@x.example,${'note '.repeat(10_000)}`;
    expect(await read(`email,notes\n${[1, 2, 3, 4, 5].map(row).join('\n')}`)).toEqual({
      emails: [1, 2, 3, 4, 5].map((n) => `p${n}@x.example`),
    });
  });

  it('cuts no name in two where a piece ends, and reads a large file in a thread while others have their turn', async () => {
    const names = Array.from({ length: 40_000 }, (_, n) => `jürgen.${n}@shop.example`);
    const file = Buffer.from(names.join('\n'));
    const { result: found, turns } = await besideOthers(async () => [...(await namesInCsv(file))]);
    expect(found.map(({ emails }) => emails!.length)).toEqual(Array<number>(8).fill(5_000));
    expect(found.flatMap(({ emails }) => emails)).toEqual(names);
    // Read here and not in a thread it leaves others two or three.
    expect(turns).toBeGreaterThan(100);
    await expect(assertReadable(file)).resolves.toBeUndefined();
    await expect(assertReadable(Buffer.from(`id\n${names.join('\n')}`))).rejects.toThrow(/is not an id/);
  });
});
