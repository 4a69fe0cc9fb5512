import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withConfigurationTable } from './config-table.js';
import { environment, readConfig } from './config.js';

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');

describe('the configuration', () => {
  it('stands in the README as the schema has it (npm run gen writes it)', () => {
    expect(withConfigurationTable(readme)).toBe(readme);
    for (const name of Object.keys(environment.shape)) expect(readme).toContain(`| \`${name}\` |`);
  });

  it('treats an empty variable as one that was left out, and names one that is not usable', () => {
    expect(readConfig({ PORT: '', CORTEX_DEMO: '' }).env).toMatchObject({ PORT: 3000, CORTEX_RESTORED: false });
    expect(() => readConfig({ PORT: 'http' })).toThrow(/^The environment variable PORT is not usable/);
  });
});
