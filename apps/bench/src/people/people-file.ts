import { nameOf } from '../data/population.js';

const countries = ['DE', 'US', 'GB', 'FR', 'IN', 'BR', 'GR', 'NZ'];
const plans = ['free', 'free', 'free', 'pro', 'pro', 'team'];
const tags = ['', 'newsletter', 'newsletter;webinar', 'partner'];

/** Person `n` of a file: the same each time. `host` keeps the people of different files apart. */
const fields = (n: number, host: string) => {
  const [first, last] = nameOf(n);
  return {
    email: `${first}.${last}.${n}@${host}`.normalize('NFD').replace(/[\u0300-\u036f]/g, ''),
    first,
    last,
    country: countries[n % countries.length]!,
    tags: tags[(n >>> 3) % tags.length]!,
    plan: plans[(n >>> 5) % plans.length]!,
  };
};

/** A CSV file with a row for each person from `from` to before `to`; in every second row a yes, where consent is said. */
export function csvOf(from: number, to: number, host: string, withConsent = false): Buffer {
  const lines = [`email,first_name,last_name,country,tags,attributes.plan${withConsent ? ',consent' : ''}`];
  for (let n = from; n < to; n += 1) {
    const { email, first, last, country, tags: mine, plan } = fields(n, host);
    const consent = withConsent ? (n % 2 === 0 ? ',yes' : ',') : '';
    lines.push(`${email},${first},${last},${country},${mine},${plan}${consent}`);
  }
  return Buffer.from(lines.join('\n'));
}

/** How rows of people go into a table that has the columns of leads. */
export const copyInto = (table: string): string =>
  `copy ${table} (email, first_name, last_name, country, tags, attributes, source) from stdin`;

/** The same people as rows of `copyInto`. */
export function copyOf(from: number, to: number, host: string): string {
  let text = '';
  for (let n = from; n < to; n += 1) {
    const { email, first, last, country, tags: mine, plan } = fields(n, host);
    text += `${email}\t${first}\t${last}\t${country}\t{${mine.replace(';', ',')}}\t{"plan": "${plan}"}\timport\n`;
  }
  return text;
}
