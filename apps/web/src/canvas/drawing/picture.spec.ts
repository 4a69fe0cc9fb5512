import { describe, expect, it } from '@jest/globals';
import { portsOf, recipes, sentenceOf, type AutomationDocument } from '#graph';
import { pictureOf, twoLines } from './picture';

const ink = { color: () => '#000', width: (text: string) => text.length * 7 };
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, words]) => words);

describe('the drawing as a picture', () => {
  it.each(recipes.map((recipe) => [recipe.id, recipe] as const))(
    'shows every step and every path of %s once',
    (_id, { graph, settings }) => {
      const document: AutomationDocument = { name: 'A & B <c>', graph, settings };
      const svg = pictureOf(document, new Map(), ink);
      const words = texts(svg);
      expect(words[0]).toBe('A &amp; B &lt;c&gt;');
      expect(svg.match(/marker-end/g)).toHaveLength(graph.edges.length);
      for (const node of graph.nodes) {
        const beginning = sentenceOf(node).split(' ').slice(0, 2).join(' ');
        expect(words.some((line) => line?.startsWith(beginning))).toBe(true);
        for (const { source, port } of graph.edges.filter((edge) => edge.source === node.id)) {
          const label = portsOf(node).find((one) => one.id === port)?.label;
          if (source === node.id && label) expect(words).toContain(label);
        }
      }
      expect(svg).not.toMatch(/undefined|NaN|var\(/);
    },
  );

  it('breaks a sentence into two lines and says that more follows', () => {
    const width = (text: string) => text.length;
    expect(twoLines('one two three', 20, width)).toEqual(['one two three']);
    expect(twoLines('one two three four', 8, width)).toEqual(['one two', 'three…']);
    expect(twoLines('Donaudampfschiff', 4, width)).toEqual(['Donaudampfschiff']);
  });
});
