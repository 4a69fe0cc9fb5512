import { cronOf, type PlainSchedule } from '../times/cron.js';
import type { DateOffset } from '../times/dates.js';
import { isTimezone } from '../times/local-time.js';
import { aDuration, anyOf, aTime, inRow, listed, mapped, pattern, quoted, words } from './hear.js';
import type { heard } from '#rules';

type Parser<T> = heard.Parser<T>;

export const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** 1 is Monday, 7 is Sunday. */
const aDay: Parser<number> = anyOf(...dayNames.map((name, at) => mapped(words(name), () => at + 1)));
const dayList = listed(aDay, anyOf<undefined>(words(','), words('or'), words('and')));

/** “Monday to Friday”, “Wednesday or Friday”, “any day”. */
export const someDays: Parser<number[]> = anyOf(
  mapped(inRow([aDay, words('to'), aDay]), ([first, , last]) => {
    const [from, to] = [first as number, last as number];
    return from < to ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : undefined;
  }),
  mapped(words('any day'), () => [1, 2, 3, 4, 5, 6, 7]),
  dayList,
);

/** “3 days before”. */
export const anOffset: Parser<DateOffset> = mapped(
  inRow([
    aDuration,
    anyOf<number>(
      mapped(words('before'), () => -1),
      mapped(words('after'), () => 1),
    ),
  ]),
  ([span, way]) => {
    const { n, unit } = span as DateOffset;
    return { n: n * (way as number), unit };
  },
);

/** A date of the person as `dateFieldText` calls it. */
export const aDateField: Parser<string> = anyOf(
  mapped(words('the day they came to us'), () => 'created_at'),
  mapped(words('the last thing they did'), () => 'last_activity'),
  mapped(inRow([words('the date'), quoted()]), ([, name]) => `attributes.${String(name).replaceAll(' ', '_')}`),
  mapped(
    inRow([
      words('their'),
      pattern(/[A-Za-z0-9]+(?: [A-Za-z0-9]+)*?(?=\s*(?:[,;(.]|$|\bat\b|\bthen\b))/u, 'birthday', ([name]) => name),
    ]),
    ([, name]) => `attributes.${String(name).replaceAll(' ', '_')}`,
  ),
);

/** A zone by its whole name. */
export const aZoneName: Parser<string> = pattern(/[A-Za-z][\w+/-]*|[+-]\d\d:\d\d/u, 'Europe/Berlin', ([name]) =>
  isTimezone(name) ? name : undefined,
);

type Days = PlainSchedule['days'];

/** A schedule as `cronText` says it. */
export const aSchedule: Parser<string> = anyOf(
  mapped(
    inRow([
      anyOf<Days>(
        mapped(words('every day'), () => ({ each: 'day' })),
        mapped(words('every weekday'), () => ({ each: 'weekday' })),
        mapped(inRow([words('every month on day'), pattern(/\d{1,2}/u, '1', ([day]) => Number(day))]), ([, on]) => ({
          each: 'month',
          on: on as number,
        })),
        mapped(inRow([words('every'), dayList]), ([, days]) => ({
          each: 'week',
          on: (days as number[]).map((day) => day % 7),
        })),
      ),
      words('at'),
      aTime,
    ]),
    ([days, , time]) => cronOf({ days: days as Days, time: time as string }),
  ),
  mapped(
    inRow([words('the schedule'), pattern(/[0-9A-Z*?,/#-]+(?: [0-9A-Z*?,/#-]+){4}/iu, '0 9 * * 1', ([text]) => text)]),
    ([, text]) => text as string,
  ),
);
