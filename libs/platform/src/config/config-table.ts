import { z } from 'zod';
import { environment } from './config.js';

const START = '<!-- configuration: written by npm run gen -->';
const END = '<!-- end of configuration -->';

/** The Markdown table of every variable of `environment`: its name, what it is for, and what leaving it out means. */
function configurationTable(): string {
  const rows = Object.entries(environment.shape).map(([name, schema]) => {
    const { description, absent } = schema.meta() ?? {};
    if (!description) throw new Error(`Say beside the schema of ${name} what it is for.`);
    return `| \`${name}\` | ${description}${choices(schema)} | ${defaultOf(name, schema, absent)} |`;
  });
  return ['| variable | what it is for | left out |', '|---|---|---|', ...rows].join('\n');
}

/** The values of an enum, said unless it is plain text, a number or a flag. */
function choices(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? ` One of ${inner.options.map((option) => `\`${option}\``).join(', ')}.` : '';
}

function defaultOf(name: string, schema: z.ZodType, absent: unknown): string {
  if (schema instanceof z.ZodDefault) {
    const value: unknown = schema.def.defaultValue;
    return `\`${typeof value === 'boolean' ? Number(value) : String(value)}\``;
  }
  if (typeof absent !== 'string') throw new Error(`Say beside the schema of ${name} what happens without it.`);
  return absent;
}

/** The README with its table of variables as the schema has it now. */
export function withConfigurationTable(readme: string): string {
  const [from, to] = [readme.indexOf(START), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md needs the lines ${START} and ${END}.`);
  return `${readme.slice(0, from)}${START}\n\n${configurationTable()}\n\n${readme.slice(to)}`;
}
