import { Headers } from './secret-headers';
import { WebhookBody } from './webhook-call';
import { Course } from '../../../schema-form/course';
import { ActivityType, AnyList, OtherAutomation, StaticList } from './references';
import type { Control } from '../../../schema-form/control';
import { Cron } from './cron';
import { DurationControl } from './duration';
import { Data, Fields, Tags } from './tags-and-fields';
import { Experiment } from './experiment';
import { Group } from './group';
import { Branches, Cases } from './split-paths';
import { MetadataRules, Rules } from './rules';
import { WholeNumber } from './whole-number';
import { Line, Lines, Select, Switch } from '../../../schema-form/basic';
import { DateField, Offset, Time, Timezone, Weekdays } from './dates-and-times';

/** How a field is drawn, by the `control` its schema names. Fields of the mail step have their own editor. */
// eslint-disable-next-line no-restricted-syntax -- asked with hasOwn: to the rules of hooks a call looks like a new component.
export const controls: Record<string, Control> = {
  text: Line,
  select: Select,
  switch: Switch,
  duration: DurationControl,
  group: Group,
  rules: Rules,
  metadata_rules: MetadataRules,
  activity_type: ActivityType,
  course: Course,
  smart_list: AnyList,
  static_list: StaticList,
  tags: Tags,
  fields: Fields,
  data: Data,
  cron: Cron,
  time: Time,
  timezone: Timezone,
  date_field: DateField,
  offset: Offset,
  weekdays: Weekdays,
  cases: Cases,
  branches: Branches,
  experiment: Experiment,
  whole_number: WholeNumber,
  long_text: Lines,
  staff: Line,
  automation: OtherAutomation,
  headers: Headers,
  webhook_body: WebhookBody,
};
