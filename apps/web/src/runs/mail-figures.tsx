import type { MailFigure } from '#contracts';
import './step-mails.css';
import type { ShownFigure, Stats } from '../canvas/live/live-store';
import { reasonInWords } from '../outbox/reason-words';
import { count } from '../ui/formatting/format';

type MailCounts = NonNullable<Stats['nodes'][string]['messages']>;

const words: Readonly<Record<MailFigure, string>> = {
  mail_waiting: 'waiting to leave',
  mail_sent: 'sent',
  mail_delivered: 'delivered',
  mail_opened: 'opened',
  mail_clicked: 'clicked',
  mail_bounced: 'bounced',
  mail_complained: 'complained',
  mail_unsubscribed: 'unsubscribed',
  mail_failed: 'failed',
  mail_unclear: 'unclear',
  mail_cancelled: 'cancelled',
  mail_skipped: 'not sent',
};

const sums: Readonly<Record<MailFigure, (mail: MailCounts) => number>> = {
  mail_waiting: ({ queued, submitting }) => queued + submitting,
  mail_sent: ({ sent }) => sent,
  mail_delivered: ({ delivered }) => delivered,
  mail_opened: ({ opened }) => opened,
  mail_clicked: ({ clicked }) => clicked,
  mail_bounced: ({ bounced }) => bounced,
  mail_complained: ({ complained }) => complained,
  mail_unsubscribed: ({ unsubscribed }) => unsubscribed,
  mail_failed: ({ failed }) => failed,
  mail_unclear: ({ uncertain, unknown }) => uncertain + unknown,
  mail_cancelled: ({ cancelled }) => cancelled,
  mail_skipped: ({ skipped }) => Object.values(skipped).reduce((sum, n) => sum + n, 0),
};

/** How many mails of a step a figure counts; of one reason where it names one. */
export const mailFigureOf = (mail: MailCounts, figure: MailFigure, reason?: string): number =>
  reason === undefined ? sums[figure](mail) : (mail.skipped[reason] ?? 0);

interface Props {
  mail: MailCounts | undefined;
  shown: Pick<ShownFigure, 'figure' | 'reason'>;
  onShow: (figure: { figure: MailFigure; reason?: string }) => void;
}

/** What became of the mails of a step, with the reasons of those that were not sent; each figure shows its people. */
export function MailFigures({ mail, shown, onShow }: Props) {
  if (!mail) return null;
  const reasons = Object.entries(mail.skipped).filter(([, n]) => n > 0);
  const figures = (Object.keys(words) as MailFigure[])
    .filter((figure) => figure === 'mail_sent' || sums[figure](mail) > 0)
    .filter((figure) => figure !== 'mail_skipped' || reasons.length > 1);
  return (
    <ul className="step-mails" aria-label="E-mails of this step" data-testid="mail-figures">
      {figures.map((figure) => (
        <li key={figure}>
          <button
            type="button"
            className="text-button"
            aria-pressed={shown.figure === figure && shown.reason === undefined}
            onClick={() => onShow({ figure })}
          >
            {count(sums[figure](mail))} {words[figure]}
          </button>
        </li>
      ))}
      {reasons.map(([reason, n]) => (
        <li key={reason}>
          <button
            type="button"
            className="text-button"
            aria-pressed={shown.figure === 'mail_skipped' && shown.reason === reason}
            onClick={() => onShow({ figure: 'mail_skipped', reason })}
          >
            {count(n)} not sent: {reasonInWords(reason)}
          </button>
        </li>
      ))}
    </ul>
  );
}
