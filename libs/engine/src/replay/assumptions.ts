import type { Assume, Assumption } from '#contracts';
import type { Script } from './script.js';
import type { BacktestResult } from './tally.js';

const memberships: Record<Assume['list_members'], string> = {
  today: 'everybody was in the lists they are in today',
  nobody: 'nobody was in any list',
  everybody: 'everybody was in every list',
};
const calls: Record<Assume['webhooks'], string> = {
  succeed: 'succeeds',
  fail: 'fails for good',
};
const choices = (of: Record<string, string>) => Object.entries(of).map(([value, said]) => ({ value, said }));

/** What the replay could not know and took for granted, in sentences. */
export function assumptionsOf(script: Script, result: BacktestResult): Assumption[] {
  const { assume, hung } = script.assumedOutcomes;
  const steps = [...script.version.steps.values()];
  const assumed: Assumption[] = [];
  if (script.scope === 'nobody')
    assumed.push({ code: 'entered_by_hand', text: 'Nobody is added by hand. This automation only starts that way.' });
  if (script.lists.length > 0)
    assumed.push(
      chosen('lists_as_now', 'list_members', assume, memberships[assume.list_members], {
        text: (said) => `Before their list changes were recorded, ${said}.`,
        count: hung.lists,
        options: choices(memberships),
      }),
    );
  if (script.version.start?.by === 'date')
    assumed.push({ code: 'dates_as_now', text: 'Everyone’s date was the same as it is today.' });
  if (steps.some((step) => step.def.kind === 'mail')) {
    const share = (
      code: string,
      key: 'delivered' | 'opened' | 'clicked',
      text: (said: string) => string,
      count: number,
    ) => chosen(code, key, assume, `${assume[key]}%`, { text, count });
    assumed.push(
      share(
        'mail_delivered',
        'delivered',
        (said) => `Every e-mail is sent at once and ${said} are delivered; the rest bounce.`,
        result.messages,
      ),
      share('mail_opened', 'opened', (said) => `${said} of the e-mails are opened, at once.`, hung.opened),
      share('mail_clicked', 'clicked', (said) => `${said} of the e-mails are clicked, at once.`, hung.clicked),
    );
  }
  if (steps.some(({ def }) => def.ports({}).some((port) => port.id === 'failed')))
    assumed.push(
      chosen('calls_succeed', 'webhooks', assume, calls[assume.webhooks], {
        text: (said) => `Every webhook call ${said}.`,
        count: hung.calls,
        options: choices(calls),
      }),
    );
  assumed.push(
    {
      code: 'earliest_known',
      text: 'Before a person’s first recorded change, their earliest known value is used.',
    },
    {
      code: 'brought_in_later',
      text: 'Imported activities count from when they happened, as if this automation had been live.',
    },
  );
  return assumed;
}

const chosen = (
  code: string,
  key: keyof Assume,
  assume: Assume,
  said: string,
  { text, ...more }: { text: (said: string) => string; count: number; options?: Assumption['options'] },
): Assumption => ({ code, text: text(said), ...more, key, value: assume[key], said });
