import type { Group as RuleGroup, PersonalFieldId } from '#rules';

/** The sample shop: the same people, courses and events at every first start, placed relative to now. */

export interface SampleCourse {
  title: string;
  price_minor: number;
}

export interface SamplePerson extends Partial<Record<PersonalFieldId, string>> {
  email: string;
  tags: string[];
  kind: 'customer' | 'lead';
  /** Days before now at which the person appeared. */
  since: number;
  /** Positions in `sampleCourses` that a customer bought, or the one a lead left in the checkout. */
  courses: number[];
}

export interface SampleEvent {
  email: string;
  type: string;
  metadata: Record<string, unknown>;
  /** Hours before now. */
  ago: number;
}

export const sampleCourses: SampleCourse[] = [
  { title: 'Photography 101', price_minor: 4900 },
  { title: 'Watercolor for beginners', price_minor: 3900 },
  { title: 'Bread and sourdough', price_minor: 2900 },
  { title: 'Creative writing', price_minor: 7900 },
];

/** Every sample person carries it: the directory shows who is made up, and the sample automation asks for it. */
export const sampleTag = 'sample';

const firstNames = [
  'Ada',
  'Ben',
  'Chloé',
  'Dmitri',
  'Elif',
  'Farah',
  'Georg',
  'Hana',
  'Íñigo',
  'Jonas',
  'Katarína',
  'Liam',
];
const lastNames = [
  'Adeyemi',
  'Bergström',
  'Costa',
  'Dvořák',
  'Eriksen',
  'Fontaine',
  'García',
  'Hoffmann',
  'Ito',
  'Jansen',
];
const homes = [
  ['DE', 'Europe/Berlin', 'de'],
  ['FR', 'Europe/Paris', 'fr'],
  ['US', 'America/New_York', 'en-US'],
  ['GB', 'Europe/London', 'en-GB'],
  ['JP', 'Asia/Tokyo', 'ja'],
  ['BR', 'America/Sao_Paulo', 'pt-BR'],
] as const;
const interests = ['newsletter', 'gift', 'weekend', 'beginner', 'workshop'];

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();

/** Who is at this place of the sample. Multipliers without a common divisor spread names, homes and dates evenly. */
export function samplePersonAt(at: number, kind: SamplePerson['kind'], since: number): SamplePerson {
  const first = firstNames[at % firstNames.length]!;
  const last = lastNames[(at * 3 + Math.floor(at / 12)) % lastNames.length]!;
  const [country, timezone, language] = homes[(at * 5) % homes.length]!;
  const course = (at * 3) % sampleCourses.length;
  return {
    email: `${plain(first)}.${plain(last)}.${at + 1}@example.com`,
    first_name: first,
    last_name: last,
    country,
    timezone,
    language,
    tags: [
      sampleTag,
      ...(kind === 'lead' ? ['abandoned'] : []),
      ...(at % 4 === 0 ? [interests[(at / 4) % interests.length]!] : []),
    ],
    kind,
    since,
    courses: kind === 'customer' && at % 5 === 0 ? [course, (course + 1) % sampleCourses.length] : [course],
  };
}

/** 48 customers and 24 leads. */
export const samplePeople: SamplePerson[] = Array.from({ length: 72 }, (_, at) =>
  at % 3 === 2 ? samplePersonAt(at, 'lead', (at * 11) % 30) : samplePersonAt(at, 'customer', 10 + ((at * 17) % 320)),
);

const pages = ['/', '/courses', '/pricing', '/courses/photography-101', '/about'];

/** What they did besides buying: visits for everyone, an abandoned checkout for every lead. */
export const sampleEvents: SampleEvent[] = samplePeople.flatMap((person, at) => {
  const visits = Array.from({ length: 1 + (at % 4) }, (_, visit) => ({
    email: person.email,
    type: 'page_view',
    metadata: { path: pages[(at + visit) % pages.length]! },
    ago: Math.min(person.since * 24, 6 + ((at * 29 + visit * 61) % 900)),
  }));
  if (person.kind === 'customer') return visits;
  const course = sampleCourses[person.courses[0]!]!;
  return [
    ...visits,
    {
      email: person.email,
      type: 'checkout.abandoned',
      metadata: { course_title: course.title, amount: course.price_minor / 100 },
      ago: person.since * 24 + 0.5,
    },
  ];
});

const all = (...conditions: RuleGroup['conditions']): RuleGroup => ({ operator: 'AND', conditions });

/** The first is the design document's own example, to the letter. */
export const sampleLists: { name: string; rules: RuleGroup }[] = [
  {
    name: 'Abandoned checkout, last 7 days',
    rules: all(
      { field: 'type', operator: 'eq', value: 'lead' },
      { field: 'last_activity', operator: 'gt', value: { ago: { n: 7, unit: 'days' } } },
      { field: 'tags', operator: 'contains', value: 'abandoned' },
    ),
  },
  {
    name: 'Viewed prices, did not buy',
    rules: all(
      {
        field: 'activity',
        activity_type: 'page_view',
        operator: 'count_gte',
        value: 1,
        within: { n: 30, unit: 'days' },
        where: all({ field: 'metadata.path', operator: 'eq', value: '/pricing' }),
      },
      { field: 'enrollment', operator: 'not_exists', value: {} },
    ),
  },
  {
    name: 'Customers in Europe who can be e-mailed',
    rules: all(
      { field: 'type', operator: 'eq', value: 'customer' },
      { field: 'country', operator: 'in', value: ['DE', 'FR', 'GB'] },
      { field: 'can_be_emailed', operator: 'is_true' },
    ),
  },
];

const checkout = '{{ lead.attributes.checkout_url | default: "https://example.com/courses" }}';

export const sampleMail = {
  subject: 'You left something behind',
  html: `<p>Hello {{ contact.first_name | default: "there" }},</p>
<p>{{ lead.course_title | default: "Your course" }} is still waiting for you. Pick up where you left off whenever it suits you.</p>
<p><a href="${checkout}">Continue where you stopped</a></p>
<p>— {{ workspace.name }}</p>
<p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>`,
};

export const sampleReminder = {
  subject: 'Any questions?',
  html: `<p>Hello {{ contact.first_name | default: "there" }},</p>
<p>If something kept you from enrolling, just reply to this e-mail. A real person reads it.</p>
<p>— {{ workspace.name }}</p>
<p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>`,
};

export const sampleWelcome = {
  subject: 'Welcome, {{ contact.first_name | default: "and good to have you here" }}',
  html: `<p>Hello {{ contact.first_name | default: "there" }},</p>
<p>Your place is booked. The first lesson is open; begin whenever you like.</p>
<p><a href="https://example.com/learn">Open the first lesson</a></p>
<p>— {{ workspace.name }}</p>
<p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>`,
};

export const sampleFollowUp = {
  subject: 'How are your first days?',
  html: `<p>Hello {{ contact.first_name | default: "there" }},</p>
<p>You have been with us for three days now. Is anything unclear? Just reply; a real person reads it.</p>
<p>— {{ workspace.name }}</p>
<p><a href="{{ links.unsubscribe }}">Unsubscribe</a></p>`,
};
