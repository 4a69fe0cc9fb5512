import type { Broadcast } from './broadcasts.queries';

export type StepName = 'settings' | 'audience' | 'design' | 'review';

/** The steps of the wizard, each with the fields that it is about. */
export const steps: readonly { name: StepName; label: string; about: RegExp }[] = [
  { name: 'settings', label: 'Settings', about: /^\/(name|subject|preheader|from|reply_to|utm|topic_id)/ },
  { name: 'audience', label: 'Audience', about: /^\/(audience|include_smart_list_ids|exclude_smart_list_ids|rules)/ },
  { name: 'design', label: 'Design', about: /^\/(template_id|html|text|design)/ },
  { name: 'review', label: 'Review', about: /^\/(holdout_percent|spread|local_time|test)/ },
];

/** The step that an address names; the first one where it names none. */
export const stepOf = (text: string | null): StepName => steps.find(({ name }) => name === text)?.name ?? 'settings';

/** The step in which a problem is solved. */
export const stepOfProblem = ({ pointer }: Broadcast['problems'][number]): StepName =>
  steps.find(({ about }) => about.test(pointer))?.name ?? 'settings';

/** What is wrong with a field, if anything. */
export const problemAt = (problems: Broadcast['problems'], field: string): string | undefined =>
  problems.find(({ pointer }) => pointer.split('/')[1] === field)?.message;
