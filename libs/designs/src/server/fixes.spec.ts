import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { productBrand } from '../brand.js';
import { checkDesign } from '../checks.js';
import { designSchema, emptyDesign, nodeAt } from '../design.js';
import { applyFix } from '../fixes.js';
import { cleanDesign } from './clean.js';
import { randomDesign } from './random-design.fixture.js';

const problemsOf = (design: Parameters<typeof checkDesign>[0]) => checkDesign(design, productBrand, 'broadcast');

describe('a fix of a design', () => {
  it('takes away the problem that it is offered for, and leads to a design', () => {
    fc.assert(
      fc.property(randomDesign, (made) => {
        const design = cleanDesign(designSchema.parse(made));
        const problems = problemsOf(design);
        const many = (all: typeof problems, code: string) => all.filter((one) => one.code === code).length;
        for (const { code, pointer, fix } of problems) {
          if (pointer) expect(nodeAt(design, pointer)).toBeDefined();
          if (!fix) continue;
          const fixed = designSchema.parse(applyFix(design, fix));
          expect(many(problemsOf(fixed), code)).toBeLessThan(many(problems, code));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('of an empty mail is a text', () => {
    const [empty] = problemsOf(emptyDesign());
    expect(empty).toMatchObject({ code: 'empty', fix: { label: 'Add a text' } });
    const codes = problemsOf(applyFix(emptyDesign(), empty!.fix!)).map(({ code }) => code);
    expect(codes).not.toContain('empty');
    expect(codes).not.toContain('no_words');
  });
});
