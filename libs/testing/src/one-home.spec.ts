import { describe, expect, it } from '@jest/globals';
import { readSources } from './architecture.js';

const product = readSources()
  .filter(({ isSpec, part }) => !isSpec && !['bench', 'testing'].includes(part))
  .map((source) => ({ ...source, text: source.text.replace(/\/\*\*[\s\S]*?\*\//g, '') }));

/** What is written in one file only, so that everybody goes through its function. */
const homes: { what: string; written: RegExp; home: readonly string[] }[] = [
  {
    what: 'the audit',
    written: /insert\s+into\s+cortex\.audit\b/i,
    home: ['libs/platform/src/audit/audit.ts'],
  },
  {
    what: 'what needs a person',
    written: /(insert\s+into|update|delete\s+from)\s+cortex\.attention\b/i,
    // Closing one by hand is the screen's own way, by id and with an entry in the audit.
    home: ['libs/platform/src/attention/attention.ts', 'libs/workspace/src/attention.ts'],
  },
  {
    what: 'a read of the settings',
    // Writing it, granting it and asking whether it is there are not reading it.
    written: /\bcortex\.settings\b(?!'|\s+set\b|(?:, cortex\.\w+)* to\b)/i,
    // The two of the directory join the row in statements of their own.
    home: [
      'libs/rules/src/language/settings-sql.ts',
      'libs/directory/src/search/contacts.queries.ts',
      'libs/directory/src/facts/facts.queries.ts',
    ],
  },
  {
    what: 'amounts of money as text',
    written: /style: 'currency'/,
    home: ['libs/rules/src/text/money.ts'],
  },
  {
    what: 'an address below /admin',
    written: /['"`]\/admin\b(?!\/\*)/,
    // What the server answers with the admin's page.
    home: ['libs/contracts/src/workspace/admin-addresses.ts', 'apps/api/src/http/pages/static-web.ts'],
  },
];

describe('one home', () => {
  it.each(homes)('for $what', ({ written, home }) => {
    const found = product.filter(({ text }) => written.test(text)).map(({ path }) => path);
    expect(found.sort()).toEqual([...home].sort());
  });
});
