import { describe, expect, it } from '@jest/globals';
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

  it('cuts no name in two where a piece ends, and reads a large file in a thread while others have their turn', async () => {
    const names = Array.from({ length: 40_000 }, (_, n) => `jürgen.${n}@shop.example`);
    let longest = 0;
    let last = performance.now();
    const turn = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const file = Buffer.from(names.join('\n'));
    const began = performance.now();
    const found = [...(await namesInCsv(file))];
    const took = performance.now() - began;
    clearImmediate(next);
    expect(found.map(({ emails }) => emails!.length)).toEqual(Array<number>(8).fill(5_000));
    expect(found.flatMap(({ emails }) => emails)).toEqual(names);
    expect(longest).toBeLessThan(took / 2);
    await expect(assertReadable(file)).resolves.toBeUndefined();
    await expect(assertReadable(Buffer.from(`id\n${names.join('\n')}`))).rejects.toThrow(/is not an id/);
  });
});
