import { describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { passingCodes, problemCodes, problemKinds, routesOf } from '#contracts';
import { readSources } from './architecture.js';

const sources = readSources().filter((source) => !source.isSpec);
const server = sources.filter(
  ({ path, part }) => part !== 'web' && part !== 'testing' && part !== 'contracts' && /\.ts$/.test(path),
);
const web = sources.filter(({ part }) => part === 'web');

describe('problem codes', () => {
  it('are all used', () => {
    const unused = problemCodes.filter((code) => !server.some(({ text }) => text.includes(`'${code}'`)));
    expect(unused).toEqual([]);
  });

  it('are all listed', () => {
    const used = server.flatMap(({ path, text }) =>
      [...text.matchAll(/(new AppError|\bproblem)\(\s*'(\w+)'/g)]
        // Problems of a drawing are another list.
        .filter(([, maker]) => maker === 'new AppError' || path.endsWith('/error.filter.ts'))
        .map(([, , code]) => code!),
    );
    expect(used.length).toBeGreaterThan(50);
    expect(used.filter((code) => !contracts.problemKind(code))).toEqual([]);
  });

  it('say in whole sentences what is the case and what to do', () => {
    const unclear = Object.entries(problemKinds).filter(
      ([, { cause, remedy }]) => ![cause, remedy].every((text) => /^[A-Z].*\.$/.test(text)),
    );
    expect(unclear).toEqual([]);
  });

  it('name what passes by itself: all that the server is too busy for', () => {
    const temporary = problemCodes.filter(
      (code) => problemKinds[code].status === 429 || problemKinds[code].status >= 500,
    );
    expect(temporary.filter((code) => !passingCodes.includes(code))).toEqual([]);
  });

  it('come with facts of other names than the problem has itself, which would be lost', () => {
    const own = Object.keys(contracts.problem.shape);
    const named = server.flatMap(({ path, text }) =>
      [...text.matchAll(/new AppError\([^;]*?facts: \{([^}]*)\}/g)].flatMap(([, facts]) =>
        [...facts!.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, name]) => ({ path, name: name! })),
      ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => own.includes(name))).toEqual([]);
    for (const name of own) {
      // @ts-expect-error and what is no literal does not compile
      const facts: contracts.ProblemFacts = { [name as 'status']: 'live' };
      expect(Object.keys(facts)).toEqual([name]);
    }
  });

  it('are named by contracts once each', () => {
    const twice = routesOf(contracts).filter(({ problems = [] }) => new Set(problems).size !== problems.length);
    expect(twice.map(({ path }) => path)).toEqual([]);
  });
});

/** What a screen may not decide by: a number of HTTP, or the words of an answer. */
const decisions = [
  /\bstatus\s*(?:[=!]==?|[<>]=?)\s*\d/,
  /\d\s*(?:[=!]==?|[<>]=?)\s*[\w.]*\bstatus\b/,
  /\[\s*\d{3}\b[^\]]*\]\s*\.includes\(/,
  /switch\s*\([^)]*(?:error|problem|response)[\w.]*\.status\)/i,
  /\.(?:detail|title)\s*[=!]==/,
  /\b(?:error|problem|failure)\.(?:detail|message|title)\s*\.(?:includes|startsWith|endsWith|match)\(/,
];

const decidesBadly = (text: string): string[] =>
  text.split('\n').filter((line) => decisions.some((decision) => decision.test(line)));

describe('the web', () => {
  it('decides by codes, never by a status or a sentence', () => {
    expect(web.length).toBeGreaterThan(100);
    expect(web.flatMap(({ path, text }) => decidesBadly(text).map((line) => `${path}: ${line.trim()}`))).toEqual([]);
  });

  it.each([
    'if (error.status === 409) reload();',
    'error.status >= 500',
    '404 === error.status',
    '[408, 409].includes(error.status)',
    'switch (error.status) {',
    "if (problem.detail === 'The draft has changed.')",
    "error.message.includes('has changed')",
  ])('would be caught at: %s', (line) => {
    expect(decidesBadly(line)).toEqual([line]);
  });
});
