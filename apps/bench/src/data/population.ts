/** A made-up shop's people and what they did, the same for the same seed. Text rows for COPY. */

export interface Size {
  seed: number;
  people: number;
  activities: number;
  /** The newest activity is this old at most; everything else lies in the year before. */
  until: Date;
}

const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** Numbers in [0, 1), as mulberry32 draws them. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Activity types by share; those with `mail` are no doing of the person's. */
const types: readonly { name: string; share: number; mail?: true }[] = [
  { name: 'page_view', share: 0.48 },
  { name: 'email.delivered', share: 0.2, mail: true },
  { name: 'email.opened', share: 0.12 },
  { name: 'lesson.completed', share: 0.07 },
  { name: 'email.clicked', share: 0.05 },
  { name: 'video.watched', share: 0.04 },
  { name: 'checkout.started', share: 0.02 },
  { name: 'checkout.abandoned', share: 0.01 },
  { name: 'purchase', share: 0.007 },
  { name: 'webinar.attended', share: 0.002 },
  { name: 'support.asked', share: 0.001 },
];
const tags: readonly [string, number][] = [
  ['Newsletter', 0.4],
  ['webinar', 0.12],
  ['abandoned', 0.08],
  ['vip', 0.02],
  ['partner', 0.004],
  ['beta-2026', 0.0005],
];
const firstNames =
  'Anna,Ben,Chloé,David,Elif,Fatima,Georg,Hannah,Igor,Jana,Karim,Lea,Mia,Noah,Olga,Paul,Quinn,Rosa,Sam,Tariq,Uma,Vera,Wim,Xenia,Yusuf,Zoë'.split(
    ',',
  );
const lastBegin = 'Mül,Schnei,Ro,Mey,Wag,Be,Schul,Hof,Koch,Rich,Klei,Wol,Neu,Schwar,Zimmer,Brau,Krü,Hart,Lan,Wer'.split(
  ',',
);
const lastEnd = 'ler,der,sen,er,ner,cker,ze,mann,son,ter,ne,fel,ke,stein,berg,lin,ova,ski,dez,ton'.split(',');
const countries: readonly [string, string][] = [
  ['DE', 'Europe/Berlin'],
  ['US', 'America/New_York'],
  ['GB', 'Europe/London'],
  ['FR', 'Europe/Paris'],
  ['IN', 'Asia/Kolkata'],
  ['BR', 'America/Sao_Paulo'],
  ['GR', 'Europe/Athens'],
  ['NZ', 'Pacific/Auckland'],
];
const plans = ['free', 'free', 'free', 'free', 'pro', 'pro', 'team', 'enterprise'];
const pages = ['/', '/pricing', '/courses', '/courses/photography', '/blog', '/about', '/checkout', '/login'];

/** Few people do most: the one in the middle of the order does a fifth of the average. */
const skewed = (u: number, n: number): number => Math.floor(n * u ** 2.5);

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').slice(-digits);
/** A version 7 id of an instant, told apart by `n`, which stays below 2⁴⁸; `kind` keeps tables apart. */
const id = (at: number, n: number, kind: number): string => {
  const time = hex(Math.floor(at), 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(kind, 3)}-8000-${hex(n, 12)}`;
};
const instant = (at: number): string => new Date(Math.floor(at)).toISOString();

export const COURSES = 40;
export const courseId = (n: number): string => id(0, n, 0xc);

/** First and last name of a person, the same whenever it is asked. */
export function nameOf(person: number): [string, string] {
  const mixed = Math.imul(person + 1, 2_654_435_761) >>> 0;
  return [
    firstNames[mixed % firstNames.length]!,
    lastBegin[(mixed >>> 8) % lastBegin.length]! + lastEnd[(mixed >>> 16) % lastEnd.length]!,
  ];
}

export interface ActivityRows {
  text: string;
  count: number;
}

/** Makes one population: first its activities, in order of time, then its people, who know their last activity. */
export class Population {
  private readonly last: Float64Array;
  private readonly born: Float64Array;

  constructor(readonly size: Size) {
    const random = randomNumbers(size.seed);
    const end = size.until.getTime();
    this.last = new Float64Array(size.people);
    this.born = Float64Array.from({ length: size.people }, () =>
      Math.floor(end - 3 * YEAR * random() ** 1.3 - 60_000),
    ).sort();
  }

  personId = (person: number): string => id(this.born[person]!, person, 1);
  address = (person: number): string => `${this.spelled(person)}.${person}@mail${person % 97}.example`;

  private spelled(person: number): string {
    return nameOf(person).join('.').toLowerCase().replaceAll('ü', 'ue').replaceAll('é', 'e').replaceAll('ë', 'e');
  }

  /** The activities, in parts of `step` rows: id, contact_email, anonymous_id, type, metadata, instant, source, person. */
  *activities(step: number): Generator<ActivityRows> {
    const { seed, people, activities, until } = this.size;
    const random = randomNumbers(seed + 1);
    const begin = until.getTime() - YEAR;
    const pace = YEAR / activities;
    for (let from = 0; from < activities; from += step) {
      const to = Math.min(from + step, activities);
      let text = '';
      for (let n = from; n < to; n++) {
        const at = Math.floor(begin + (n + random()) * pace);
        const type = pick(types, random());
        // A prime spreads the busy over everybody's age.
        const person = (skewed(random(), people) * 7919) % people;
        const anonymous = type.name === 'page_view' && random() < 0.04;
        if (!anonymous && !type.mail && this.last[person]! < at) this.last[person] = at;
        const when = instant(at);
        const whose = anonymous ? `\\N\tvisitor${n}` : `${this.address(person)}\t\\N`;
        const whom = anonymous ? '\\N' : this.personId(person);
        text += `${id(at, n, 2)}\t${whose}\t${type.name}\t${metadata(type.name, n, random())}\t${when}\t${when}\tgenerated\t${whom}\n`;
      }
      yield { text, count: to - from };
    }
  }

  /** The people from `from` to before `to`: rows of every table they are in. */
  people(from: number, to: number): Record<'people' | 'profiles' | 'leads' | 'transactions' | 'enrollments', string> {
    const random = randomNumbers(this.size.seed + 2 + from);
    const end = this.size.until.getTime();
    const rows = { people: '', profiles: '', leads: '', transactions: '', enrollments: '' };
    for (let person = from; person < to; person++) {
      const born = this.born[person]!;
      const customer = random() < 0.6;
      const [first, last] = nameOf(person);
      const named = random() < 0.93;
      const names = named ? `${first}\t${last}` : '\\N\t\\N';
      const [country, zone] = countries[skewed(random(), countries.length)]!;
      const where = random() < 0.8 ? `${country}\t${zone}` : '\\N\t\\N';
      const phone = random() < 0.3 ? `+49 30 ${hex(person, 6)}` : '\\N';
      const mine = tags.filter(([, share]) => random() < share).map(([tag]) => tag);
      const attributes = JSON.stringify({
        plan: plans[Math.floor(random() * plans.length)],
        score: Math.floor(100 * random() ** 2),
        ...(random() < 0.3 && { company: `Company ${skewed(random(), 20_000)}` }),
        ...(random() < 0.2 && { birthday: instant(born - 30 * YEAR * random()).slice(0, 10) }),
      });
      const address = this.address(person);
      const made = instant(born);
      const shared = `${names}\t${phone}\t${where}`;
      const own = `{${mine.join(',')}}`;
      let value = 0;
      const publicId = id(born, person, customer ? 3 : 4);
      if (customer) {
        rows.profiles += `${publicId}\t${address}\t${shared}\t${own}\t${attributes}\t${made}\t${made}\n`;
        const bought = skewed(random(), 8);
        for (let n = 0; n < bought; n++) {
          const when = born + (end - born) * random();
          const amount = 1900 + 100 * skewed(random(), 500);
          const refunded = random() < 0.04;
          value += refunded ? 0 : amount;
          const transaction = id(when, person * 16 + n, 5);
          rows.transactions += `${transaction}\t${publicId}\t${amount}\t${refunded ? amount : 0}\tEUR\t${refunded ? 'refunded' : 'paid'}\t${instant(when)}\t${instant(when)}\n`;
          const status = random() < 0.7 ? 'active' : random() < 0.7 ? 'completed' : 'cancelled';
          rows.enrollments += `${id(when, person * 16 + n, 6)}\t${publicId}\t${courseId(skewed(random(), COURSES))}\t${transaction}\t${status}\t${instant(when)}\t${instant(when)}\n`;
        }
      }
      // A customer's leads are older than their profile is; a lead alone may have come twice.
      const leads = customer ? (random() < 0.3 ? 1 : 0) : random() < 0.1 ? 2 : 1;
      for (let n = 0; n < leads; n++) {
        const leadId = customer || n > 0 ? id(born, person, 7 + n) : publicId;
        const when = instant(born - n * DAY);
        rows.leads += `${leadId}\t${address}\t${shared}\t${own}\t${courseId(skewed(random(), COURSES))}\tshop\t${attributes}\t${when}\t${when}\n`;
      }
      const kept = customer ? own : `{${[...mine, 'lead'].join(',')}}`;
      const seen = this.last[person] ? instant(this.last[person]!) : '\\N';
      const answer = random();
      const consent = answer < 0.55 ? 'subscribed' : answer < 0.9 ? 'unknown' : 'unsubscribed';
      const folded = named ? `${first} ${last}`.normalize().toLowerCase() : ' ';
      rows.people += `${this.personId(person)}\t${address}\t${publicId}\t${address}\t${customer ? 'customer' : 'lead'}\t${shared}\t${kept}\t${attributes}\t${made}\t${value}\t${seen}\t${consent}\t${folded}\t${kept.toLowerCase()}\n`;
    }
    return rows;
  }
}

function pick<T extends { share: number }>(from: readonly T[], at: number): T {
  let left = at;
  for (const each of from) if ((left -= each.share) < 0) return each;
  return from.at(-1)!;
}

function metadata(type: string, n: number, u: number): string {
  if (type === 'page_view') return `{"page": "${pages[skewed(u, pages.length)]}", "seconds": ${n % 300}}`;
  if (type.startsWith('email.')) return `{"message": ${n % 5000}}`;
  return `{"course_id": "${courseId(skewed(u, COURSES))}", "amount_minor": ${1900 + (n % 50) * 100}}`;
}
