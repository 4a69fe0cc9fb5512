import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

export interface Import {
  /** As written. */
  from: string;
  typeOnly: boolean;
  /** The file that a relative import means, from the root. */
  file?: string;
  /** The part that this file lies in. */
  target?: string;
}

export interface Source {
  path: string;
  /** The lib or app: `rules`, `queue`, `api`, … */
  part: string;
  text: string;
  /** Specs, and the fixtures that they alone use. */
  isSpec: boolean;
  imports: Import[];
}

/** A package, or all that match; `within` is the folder or file that alone may use it. */
export type Permission = string | RegExp | { name: string | RegExp; within: string };

interface Ring {
  /** Which other parts it may import. */
  parts: string[];
  /** Which packages it may import, each of which it does import; `'any'` for tools. */
  packages: Permission[] | 'any';
  /** Whether it may also use what every server part may. */
  server?: true;
}

const pure = ['statistics', 'rules', 'graph', 'designs', 'contracts'];
const base = ['platform', 'queue'];
const records = [
  'activities',
  'directory',
  'enrollments',
  'clients',
  'orders',
  'sources',
  'smart-lists',
  'transfers',
  'automations',
  'emails',
  'broadcasts',
  'access',
  'customers',
  'workspace',
];
const stages = ['actions', 'engine', 'send'];
const libs = [...pure, ...base, ...records, ...stages];

const node = /^node:/;

/** What every server part may use, whether or not it does. */
export const serverPackages: Permission[] = ['@nestjs/common', 'zod', node];

/** The table of libs/README.md: who may import whom, and which packages. */
export const rings: Record<string, Ring> = {
  rules: {
    parts: [],
    packages: ['zod', 'temporal-polyfill', { name: 'json-rules-engine', within: 'libs/rules/src/engine/' }],
  },
  graph: { parts: ['rules'], packages: ['zod', 'temporal-polyfill'] },
  designs: {
    parts: [],
    packages: [
      'zod',
      'color2k',
      ...['mjml', 'sanitize-html', 'htmlparser2', 'sharp', '@unlayer/exporters'].map((name) => ({
        name,
        within: 'libs/designs/src/server/',
      })),
    ],
  },
  contracts: { parts: ['rules', 'graph', 'designs'], packages: ['zod'] },
  statistics: { parts: [], packages: [] },

  platform: {
    parts: pure,
    server: true,
    packages: [
      ...['typeorm', 'pg', 'pino', 'piscina', 'uuid', 'ipaddr.js', 'leven'],
      { name: 'csv-parse', within: 'libs/platform/src/csv/' },
    ],
  },
  queue: { parts: [...pure, 'platform'], server: true, packages: ['pg-boss'] },

  activities: { parts: [...pure, ...base], server: true, packages: [] },
  directory: { parts: [...pure, ...base, 'activities'], server: true, packages: [] },
  enrollments: { parts: [...pure, ...base, 'activities', 'directory'], server: true, packages: [] },
  clients: { parts: [...pure, ...base, 'activities', 'enrollments'], server: true, packages: [] },
  orders: {
    parts: [...pure, ...base, 'directory', 'enrollments'],
    server: true,
    packages: [{ name: 'stripe', within: 'libs/orders/src/stripe/' }],
  },
  sources: { parts: [...pure, ...base, 'activities'], server: true, packages: [] },
  'smart-lists': { parts: [...pure, ...base, 'activities', 'directory'], server: true, packages: [] },
  transfers: { parts: [...pure, ...base, 'directory', 'enrollments', 'smart-lists'], server: true, packages: [] },
  automations: {
    parts: [...pure, ...base, 'activities', 'directory', 'emails', 'smart-lists'],
    server: true,
    packages: ['cron-parser'],
  },
  emails: { parts: [...pure, ...base], server: true, packages: ['liquidjs', 'html-to-text', 'leven'] },
  broadcasts: { parts: [...pure, ...base, 'directory', 'emails'], server: true, packages: [] },
  // better-auth is given a pool of its own.
  access: { parts: [...pure, ...base], server: true, packages: ['@simplewebauthn/server', 'better-auth', 'pg'] },
  customers: { parts: [...pure, ...base, 'access', 'directory', 'emails'], server: true, packages: [] },
  workspace: { parts: [...pure, ...base], server: true, packages: [] },

  // The stages never use each other.
  actions: { parts: [...pure, ...base, ...records], server: true, packages: [] },
  engine: { parts: [...pure, ...base, ...records], server: true, packages: ['standardwebhooks'] },
  send: { parts: [...pure, ...base, ...records], server: true, packages: ['postmark', 'bowser'] },

  testing: { parts: [...libs, 'api', 'worker'], packages: 'any' },
  api: {
    parts: libs,
    server: true,
    packages: [
      '@nestjs/core',
      '@nestjs/platform-fastify',
      '@nestjs/swagger',
      'fastify',
      '@fastify/helmet',
      '@fastify/static',
      'rxjs',
      'prom-client',
    ],
  },
  worker: { parts: libs, server: true, packages: ['@nestjs/core', '@nestjs/schedule', 'reflect-metadata'] },
  standalone: { parts: [...libs, 'api', 'worker'], server: true, packages: ['reflect-metadata'] },
  // It measures and breaks the running product from outside, so it may use what tests use.
  bench: { parts: [...libs, 'testing', 'api', 'worker'], packages: 'any' },
  web: {
    parts: pure,
    packages: [
      { name: '@xyflow/react', within: 'apps/web/src/canvas/adapter/' },
      { name: 'grapesjs', within: 'apps/web/src/email-studio/design/paper/' },
      { name: 'react-email-editor', within: 'apps/web/src/email-studio/design/unlayer/' },
      { name: /^(@codemirror|@lezer)\//, within: 'apps/web/src/email-studio/' },
      { name: 'uqr', within: 'apps/web/src/access/qr-code.tsx' },
      { name: '@simplewebauthn/browser', within: 'apps/web/src/access/' },
      ...[node, 'vite', '@vitejs/plugin-react'].map((name) => ({ name, within: 'apps/web/vite.config.ts' })),
      /^@mantine\//,
      /^@fontsource-variable\//,
      'react',
      'react-dom',
      'react-router',
      '@tanstack/react-query',
      '@tabler/icons-react',
      'zustand',
      'zod',
    ],
  },
};

/** Whether a permission is for this package, named as `specOf` names it, in this file. */
export function permits(permission: Permission, name: string, path: string): boolean {
  if (typeof permission === 'string') return permission === name;
  if (permission instanceof RegExp) return permission.test(name);
  return permits(permission.name, name, path) && path.startsWith(permission.within);
}

/**
 * Rooms of a lib, as folders of its `src`: a file may import only from its own room and from rooms before it. Files
 * beside the rooms (the index, the module) may import from all of them, and no room from these.
 */
export const rooms: Record<string, string[]> = {
  rules: ['text', 'language', 'operators', 'reading', 'english', 'sql', 'changes', 'mail', 'engine'],
  graph: ['times', 'words', 'model', 'nodes', 'reading', 'checks', 'editing'],
  platform: [
    'answers',
    'log',
    'db',
    'config',
    'secrets',
    'audit',
    'running',
    'attention',
    'outgoing',
    'csv',
    'postgres',
  ],
  access: ['passwords', 'second-factors', 'passkeys', 'accounts', 'sign-in', 'audit'],
  emails: ['liquid', 'content', 'rendering', 'media', 'templates', 'messages', 'subscriptions'],
  directory: ['sql', 'identity', 'consent', 'facts', 'search', 'contacts', 'duplicates', 'sync', 'subscribers'],
  'smart-lists': ['questions', 'keeping', 'members', 'lists', 'upkeep'],
  automations: ['starts', 'drafts', 'checks', 'publishing'],
  broadcasts: [
    'audience',
    'pacing',
    'broadcast',
    'split-tests',
    'drafts',
    'recipients',
    'results',
    'report',
    'sending',
  ],
  contracts: ['http', 'ingestion', 'workspace', 'access', 'people', 'mail', 'automations'],
  engine: [
    'versions',
    'inbox',
    'runs',
    'deciding',
    'entry',
    'webhooks',
    'effects',
    'advance',
    'transaction',
    'matching',
    'waking',
    'starts',
    'controls',
    'reports',
    'experiments',
    'past',
    'replay',
  ],
  send: [
    'words',
    'postmark',
    'claiming',
    'posting',
    'recording',
    'safety',
    'sending',
    'reports',
    'suppressions',
    'system-mails',
    'subscriptions',
    'previews',
    'sample',
  ],
  testing: ['database', 'app', 'fakes', 'test-data', 'effort', 'sql-check'],
};

/** Folders whose rooms have no fixed order, and import each other in no circle. */
export const freeRooms = [
  'apps/api/src',
  'apps/api/src/http',
  'apps/bench/src',
  'apps/web/src/canvas',
  'apps/web/src/directory',
  'apps/web/src/email-studio/broadcasts',
  'apps/web/src/settings',
  'apps/web/src/ui',
];

/** The room that a file of a lib lies in; undefined beside the rooms. */
export const roomOf = (path: string): string | undefined => /^libs\/[^/]+\/src\/([^/]+)\//.exec(path)?.[1];

/** The package's name of an import: `@nestjs/common/x` is of `@nestjs/common`; builtins keep their prefix. */
export function specOf(from: string): string {
  if (from.startsWith('node:')) return from;
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Every source file below apps/ and libs/ with what it imports. */
export function readSources(): Source[] {
  return ['apps', 'libs'].flatMap((top) =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .map((name) => `${top}/${name}`)
      .filter((path) => /\.(ts|tsx)$/.test(path) && !path.includes('/dist/') && !path.endsWith('.d.ts'))
      .map(readSource),
  );
}

function readSource(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return {
    path,
    part: partOf(path),
    text,
    isSpec: /\.(spec|fixture)\.tsx?$/.test(path) || /^apps\/[^/]+\/test\//.test(path),
    imports: importsOf(path, text),
  };
}

const partOf = (path: string): string => path.split('/')[1]!;

/** Every import, re-export and dynamic import in a file's text. */
export function importsOf(path: string, text: string): Import[] {
  const statement = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*\s{},$]+?\s+from\s+)?'([^']+)'/gm;
  const dynamic = /\bimport\(\s*'([^']+)'\s*\)/g;
  const found: Import[] = [
    ...[...text.matchAll(statement)].map((hit) => ({ from: hit[2]!, typeOnly: hit[1] !== undefined })),
    ...[...text.matchAll(dynamic)].map((hit) => ({ from: hit[1]!, typeOnly: false })),
  ];
  return found.map((entry) =>
    entry.from.startsWith('.') ? { ...entry, ...resolveRelative(path, entry.from) } : entry,
  );
}

function resolveRelative(path: string, from: string): Pick<Import, 'file' | 'target'> {
  const plain = relative(ROOT, resolve(ROOT, dirname(path), from)).replaceAll('\\', '/');
  const file = [
    plain,
    plain.replace(/\.js$/, '.ts'),
    plain.replace(/\.js$/, '.tsx'),
    `${plain}.ts`,
    `${plain}.tsx`,
  ].find((name) => /\.tsx?$/.test(name) && existsSync(join(ROOT, name)));
  return file ? { file, target: partOf(file) } : {};
}

/** The first circle as the names along it, the first one repeated at the end; empty when there is none. */
export function findCycle(edges: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const visit = (name: string, path: string[]): string[] => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return [];
    for (const next of edges.get(name) ?? []) {
      const circle = visit(next, [...path, name]);
      if (circle.length > 0) return circle;
    }
    done.add(name);
    return [];
  };
  for (const name of edges.keys()) {
    const circle = visit(name, []);
    if (circle.length > 0) return circle;
  }
  return [];
}
