import { describe, expect, it } from '@jest/globals';
import { growth } from '#testing';
import { read } from './names.thread.js';

const file = (size: number, line: (at: number) => string) =>
  Buffer.from(`email\n${Array.from({ length: size }, (_, at) => line(at)).join('')}`);

describe('work on CSV files that grows faster than they do', () => {
  it.each([
    ['addresses', 10_000, (at: number) => `p${at}@b.example\n`],
    ['same addresses', 10_000, () => 'a@b.example\n'],
    ['columns', 20_000, () => 'a,'],
    ['quotation marks', 50_000, () => '"'],
    ['quoted values', 10_000, (at: number) => `"p""${at}"\n`],
  ] as const)('is not there: twice the %s, less than three times the time', async (_name, size, line) => {
    expect(await growth(size, (count) => file(count, line), read)).toBeLessThan(3);
  });
});
