import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const EXTENSION = /\.(ts|tsx|mjs|js|json|sql|md|css|toml)$/;
const TOP = /^(apps|libs|migrations)\//;
/** Stands for a name that the reader chooses. */
const PLACEHOLDER = /[<*…{]|NNNN|NN_/;

const isPath = (word: string): boolean =>
  !/^[/#@.$]|:\/\//.test(word) && (EXTENSION.test(word) || TOP.test(word) || /^[\w-]+(\/[\w-]+)*\/$/.test(word));

/** The paths of files and folders that a page in Markdown names: in its links, and as code. */
export function namedPaths(text: string): string[] {
  const found: string[] = [];
  const words = /\]\(([^)\s]+)\)|`([^`\n]+)`|^ {4}(.+)$/gm;
  for (const [, link, code, command] of text.matchAll(words)) {
    if (link !== undefined) {
      const [path] = link.split('#');
      if (path && !/^(\w+:|\/)/.test(path)) found.push(path);
    } else {
      found.push(...(code ?? command!).split(/[\s,;"']+/).filter(isPath));
    }
  }
  return found;
}

/**
 * Whether a path that a page names exists: from the root, beside the page, among the migrations, or, for a page of a
 * part, somewhere in that part. Of a path with a placeholder only the folder before it is asked.
 * @param folder of the page, from the root
 */
export function resolves(root: string, folder: string, path: string): boolean {
  const segments = path.replace(/\/$/, '').split('/');
  const open = segments.findIndex((segment) => PLACEHOLDER.test(segment));
  const fixed = (open < 0 ? segments : segments.slice(0, open)).join('/');
  if (fixed === '') return true;
  if (['.', folder, 'migrations'].some((from) => existsSync(join(root, from, fixed)))) return true;
  if (folder === '.' || folder === 'libs') return false;
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some((name) =>
    `/${name.replaceAll('\\', '/')}`.endsWith(`/${fixed}`),
  );
}
