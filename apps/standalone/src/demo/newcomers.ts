import { samplePersonAt, type SamplePerson } from './sample.js';

/** What somebody of the sample does about the mails they get, and when, in hours after a mail came. */
export interface Habits {
  /** Their mailbox refuses what comes, or is not there at all. */
  mailbox?: 'bounces' | 'refused';
  opens?: number;
  clicks?: number;
  /** Unsubscribes by the second mail. */
  leaves?: true;
  /** Enrolls after this mail; `0`: before any. */
  buysAfter?: 0 | 1 | 2;
  /** Said before that they want no mail. */
  saidNo?: true;
}

export interface Newcomer {
  person: SamplePerson;
  /** Days before the day on which the sample is made. */
  day: number;
  /** Of that day, in UTC. */
  hour: number;
}

/** The days before today that are lived through. */
export const sampleDays = 21;
const PEOPLE_BEFORE = 72;
/** They come a few at a time, one day in the morning and the next in the evening. */
const GROUP = 4;

/** 80 people who leave a checkout within the last three weeks, in the order in which they come. */
export const sampleNewcomers: Newcomer[] = Array.from({ length: 80 }, (_, at) => {
  const group = Math.floor(at / GROUP);
  const day = sampleDays - 1 - group;
  return {
    person: samplePersonAt(PEOPLE_BEFORE + at, 'lead', day),
    day,
    hour: (group % 2 === 0 ? 8 : 17) + ((group * 7) % 5) + ((group * 13) % 60) / 60,
  };
});

/** The habits of the person at this place among those who may get mail; the same at every first start. */
export function habitsAt(at: number): Habits {
  if (at % 10 === 3) return { buysAfter: 0, opens: 1 + (at % 7) };
  if (at % 29 === 5) return { saidNo: true };
  if (at % 31 === 8) return { mailbox: 'bounces' };
  if (at === 50) return { mailbox: 'refused' };
  if (at % 6 === 1) return { buysAfter: 1, opens: 2 + (at % 9), clicks: 2 + (at % 9) };
  if (at % 9 === 4) return { buysAfter: 2, opens: 3 + (at % 20), clicks: 3 + (at % 20) };
  return {
    ...(at % 5 === 2 ? {} : { opens: 1 + ((at * 7) % 40) }),
    ...(at % 4 === 0 && at % 5 !== 2 ? { clicks: 1 + ((at * 7) % 40) } : {}),
    ...(at % 20 === 16 ? { leaves: true as const } : {}),
  };
}
