import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withConfigurationTable } from './config-table.js';
import { environment, readConfig } from './config.js';

const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8');

/** What is said about an environment, a line for each mistake. */
function said(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

const good: Record<string, string[]> = {
  PORT: ['0', '3000', '65535'],
  DATABASE_URL: [
    'postgres://user:password@host:5432/database',
    'postgresql://user:p%23ss%2Fword@[::1]:5432/shop?sslmode=require',
  ],
  CORTEX_DATA_DIR: ['.data', '/var/lib/cortex'],
  CORTEX_ADMIN_EMAIL: ['boss@school.example', ' boss@münchen.example '],
  CORTEX_ADMIN_PASSWORD: ['correct horse battery staple'],
  CORTEX_API_KEY: ['cx_0123456789abcdefgh'],
  CORTEX_SECRET: ['0123456789abcdef0123456789abcdef', 'q'.repeat(44)],
  CORTEX_PUBLIC_URL: ['https://cortex.school.example', 'http://10.0.0.1:3000/', 'https://school.example/cortex'],
  CORTEX_TRUST_PROXY: ['0', '2', '10.1.0.0/16, ::1', 'loopback,10.0.0.1'],
  CORTEX_TIMEZONE: ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+3'],
  CORTEX_SENDER: ['news@school.example', 'School <news@school.example>'],
  CORTEX_POSTAL_ADDRESS: ['1 Main Street\n12345 Town'],
  CORTEX_WEBHOOK_NETWORKS: ['10.1.0.0/16,127.0.0.1', 'fd00::/8'],
  CORTEX_OUTGOING_HOSTS: ['hooks.example.com', 'Hooks.example.com, *.example.org', 'localhost'],
  POSTMARK_SERVER_TOKEN: ['01234567-89ab-cdef-0123-456789abcdef', 'POSTMARK_API_TEST'],
  POSTMARK_API_URL: ['http://127.0.0.1:4000', 'https://api.postmarkapp.com'],
  POSTMARK_TIMEOUT_SECONDS: ['1', '300'],
  POSTMARK_BROADCAST_STREAM: ['broadcast', 'news-2'],
  UNLAYER_PROJECT_ID: ['1', '271827'],
  LOG_LEVEL: ['warn'],
};

const bad: Record<string, string[]> = {
  PORT: ['http', '-1', '65536', '3000.5', '1e3', '0x10', '3000 3001'],
  DATABASE_URL: [
    'localhost:5432',
    'mysql://user:password@host/database',
    'postgres://user:password@host',
    'postgres://user:password@host/',
    'postgres:///database',
    'postgres://user:pass#word@host:5432/database',
    'postgres://user:12/34@host:5432/database',
    'postgres://user:12?34@host:5432/database',
    'postgres://user:%zz@host:5432/database',
    'postgres://user:password@host:543210/database',
  ],
  CORTEX_ROLE: ['everything', 'API'],
  CORTEX_ADMIN_EMAIL: ['boss', 'boss@', 'Boss <boss@school.example>'],
  CORTEX_ADMIN_PASSWORD: ['short', 'x'.repeat(129)],
  CORTEX_API_KEY: ['abc', 'with spaces in between it', 'ключключключключключключ', 'x'.repeat(201)],
  CORTEX_SECRET: ['a', '0123456789abcdef', 'a'.repeat(2000)],
  CORTEX_PUBLIC_URL: [
    'cortex.school.example',
    'ftp://cortex.school.example',
    'https://',
    'https://user:word@school.example',
    'https://school.example/?a=1',
    'https://school.example/#a',
    'https://sch ool.example',
    'javascript:alert(1)',
  ],
  CORTEX_TRUST_PROXY: ['yes', '-1', '1000', '10.0.0.0/99', '10.0.0.1,,10.0.0.2', 'proxy.school.example'],
  CORTEX_TIMEZONE: ['Mars/Phobos', '+02:00', 'Berlin', '12'],
  CORTEX_SENDING: ['no', 'false'],
  CORTEX_DEMO: ['yes', 'true', '2'],
  CORTEX_PG_PORT: ['0', '70000', 'five'],
  CORTEX_RESTORED: ['yes'],
  CORTEX_SENDER: ['nope', 'School news@school.example', 'School <news>', 'a@b.example\nBcc: c@d.example'],
  CORTEX_POSTAL_ADDRESS: ['x'.repeat(1001)],
  POSTMARK_SERVER_TOKEN: ['abc', 'two words of it', 'x'.repeat(201)],
  POSTMARK_API_URL: ['api.postmarkapp.com', 'nope'],
  POSTMARK_TIMEOUT_SECONDS: ['0', '301', 'ten'],
  POSTMARK_BROADCAST_STREAM: ['my stream', 'x'.repeat(61)],
  POSTMARK_TRANSACTIONAL_STREAM: ['out/bound'],
  POSTMARK_WEBHOOK_USER: ['x'.repeat(201)],
  POSTMARK_WEBHOOK_PASSWORD: ['a\u0000b'],
  UNLAYER_PROJECT_ID: ['0', '-1', '1.5', 'mine', '9999999999'],
  CORTEX_WEBHOOK_NETWORKS: ['everything', '10.0.0.0/99', 'example.com'],
  CORTEX_OUTGOING_HOSTS: [
    'https://hooks.example.com',
    'a.example,,b.example',
    '*',
    'a.*.example',
    'a b',
    'x.example:443',
  ],
  LOG_LEVEL: ['loud'],
};

describe('the configuration', () => {
  it('stands in the README as the schema has it (npm run gen writes it)', () => {
    expect(withConfigurationTable(readme)).toBe(readme);
    for (const name of Object.keys(environment.shape)) expect(readme).toContain(`| \`${name}\` |`);
  });

  it('treats an empty variable as one that was left out', () => {
    expect(readConfig({ PORT: '', CORTEX_DEMO: ' ' }).env).toMatchObject({ PORT: 3000, CORTEX_RESTORED: false });
  });

  it.each(Object.entries(good))('takes what %s may be', (name, values) => {
    for (const value of values) expect([value, said({ [name]: value })]).toEqual([value, []]);
  });

  it.each(Object.entries(bad))('says in one sentence what is wrong with %s, and never its value', (name, values) => {
    // These two belong together; which of them is wrong is what is asked here.
    const pair = { POSTMARK_WEBHOOK_USER: 'postmark', POSTMARK_WEBHOOK_PASSWORD: 'a word between us' };
    const sentences = new Set<string>();
    for (const value of values) {
      const lines = said({ ...(name in pair ? pair : {}), [name]: value });
      expect([value, lines]).toEqual([value, [expect.stringMatching(new RegExp(`^${name} must .+[^.]\\.$`))]]);
      sentences.add(lines[0]!);
    }
    // The same for every value, so it says none.
    expect(sentences.size).toBe(1);
  });

  it('says all mistakes at once, and what only shows in two variables together', () => {
    const all = Object.fromEntries(Object.entries(bad).map(([name, values]) => [name, values[0]!]));
    expect(said(all)).toHaveLength(Object.keys(bad).length);
    expect(said({ CORTEX_ROLE: 'worker' })).toEqual([expect.stringMatching(/^The role worker .*set DATABASE_URL/)]);
    expect(said({ POSTMARK_WEBHOOK_USER: 'postmark' })).toEqual([
      'POSTMARK_WEBHOOK_PASSWORD is missing: set it too, or leave POSTMARK_WEBHOOK_USER out.',
    ]);
  });

  it('refuses a name with a slip, and tells of others that it does not read', () => {
    expect(said({ CORTEX_SENDNG: 'off', POSTMARK_SERVR_TOKEN: 'fake-token', cortex_secret: 'x'.repeat(40) })).toEqual([
      'CORTEX_SENDNG is not a variable that Cortex reads: did you mean CORTEX_SENDING?',
      'POSTMARK_SERVR_TOKEN is not a variable that Cortex reads: did you mean POSTMARK_SERVER_TOKEN?',
      'cortex_secret is not a variable that Cortex reads: did you mean CORTEX_SECRET?',
    ]);
    const plain = readConfig({ CORTEX_PUBLIC_URL: 'http://cortex.example' }).notes;
    expect(plain).toEqual([expect.stringMatching(/^CORTEX_PUBLIC_URL begins with http:.*Put a proxy with TLS before/)]);
    for (const url of ['https://cortex.example', 'http://localhost:3000', 'http://127.0.0.1', 'http://[::1]:80'])
      expect(readConfig({ CORTEX_PUBLIC_URL: url }).notes).toEqual([]);
    // Kubernetes makes the first two for a service called “cortex”.
    const { notes } = readConfig({ CORTEX_SERVICE_HOST: '10.0.0.1', CORTEX_PORT: 'tcp://10.0.0.1', PATH: '/bin' });
    expect(notes).toEqual([
      'CORTEX_SERVICE_HOST is not a variable that Cortex reads, so it changes nothing.',
      'CORTEX_PORT is not a variable that Cortex reads: did you mean PORT?',
    ]);
  });
});
