import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** Requirements of levels 1 and 2 in OWASP ASVS 5.0. */
const ALL = 253;
const states = ['met', 'not applicable', 'open'];

const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, number, state, why]) => ({ number: number!, state: state!, why: why! }),
);

/** Each spec that is named, with the tests and groups of tests that are named of it. */
const citations = [...page.matchAll(/`([^`\s]+\.spec\.tsx?)`((?:,? “[^”]+”)*)/g)].map(([, file, names]) => ({
  file: file!,
  names: [...names!.matchAll(/“([^”]+)”/g)].map(([, name]) => name!),
}));

/** Whether a spec has a test or a group of this name, as the first argument of a call. */
const hasTest = (source: string, name: string): boolean =>
  ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote},`));

describe('the table of OWASP ASVS in SECURITY.md', () => {
  it('has each requirement once, and counts them as they are', () => {
    expect(new Set(rows.map(({ number }) => number)).size).toBe(ALL);
    expect(rows).toHaveLength(ALL);
    const count = (of: string) => rows.filter(({ state }) => state === of).length;
    expect(page).toContain(`**${states.map((state) => `${count(state)} ${state}`).join(', ')}.**`);
    expect(states.reduce((sum, state) => sum + count(state), 0)).toBe(ALL);
  });

  it('names a file that exists for whatever is met', () => {
    const without = rows.filter(
      ({ state, why }) =>
        state === 'met' && ![...why.matchAll(/`([^`]+)`/g)].some(([, path]) => existsSync(join(ROOT, path!))),
    );
    expect(without).toEqual([]);
  });

  it('names only tests that exist', () => {
    expect(citations.length).toBeGreaterThan(100);
    const missing = citations
      .filter(({ file }) => file !== 'libs/testing/src/security-table.spec.ts')
      .flatMap(({ file, names }) => {
        if (!existsSync(join(ROOT, file))) return [`${file} is missing`];
        if (names.length === 0) return [`${file} is named without a test`];
        const source = readFileSync(join(ROOT, file), 'utf8');
        return names.filter((name) => !hasTest(source, name)).map((name) => `${file} has no “${name}”`);
      });
    expect(missing).toEqual([]);
  });
});
