import {
  IconCash,
  IconListCheck,
  IconMail,
  IconRoute,
  IconSchool,
  IconUserCog,
  IconWorld,
  type Icon,
} from '@tabler/icons-react';

export type Family = 'mail' | 'money' | 'learning' | 'automation' | 'admin' | 'list' | 'site';

/** The families of activities in a timeline: a word for the filter, a glyph for the entry. */
export const families: Record<Family, { label: string; icon: Icon }> = {
  mail: { label: 'Mail', icon: IconMail },
  money: { label: 'Money', icon: IconCash },
  learning: { label: 'Learning', icon: IconSchool },
  site: { label: 'Site', icon: IconWorld },
  automation: { label: 'Automations', icon: IconRoute },
  list: { label: 'Lists', icon: IconListCheck },
  admin: { label: 'Admin', icon: IconUserCog },
};

const beginnings: [RegExp, Family][] = [
  [/^email\./, 'mail'],
  [/^(transaction|payment|order|refund|checkout|invoice|purchase)/, 'money'],
  [/^(course|enrollment|lesson|module|quiz)/, 'learning'],
  [/^automation\./, 'automation'],
  [/^smart_list\./, 'list'],
  [/^(admin|contact|consent|lead|profile)\b/, 'admin'],
];

/** The family an activity belongs to, by the beginning of its type. */
export const familyOf = (type: string): Family => beginnings.find(([pattern]) => pattern.test(type))?.[1] ?? 'site';
