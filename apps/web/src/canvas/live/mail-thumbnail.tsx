import { useQuery } from '@tanstack/react-query';
import { stepMail } from '../../automations/step-mail.queries';

/** A mail in small, as this person would get it. Says nothing to who cannot see it: the subject stands beside it. */
export function MailThumbnail({ config, email }: { config: Record<string, unknown>; email: string }) {
  const mail = useQuery(stepMail(config, email));
  return (
    <span className="mail-thumb" aria-hidden data-testid="mail-thumb">
      {mail.data?.html ? <iframe title="The e-mail in small" tabIndex={-1} sandbox="" srcDoc={mail.data.html} /> : null}
    </span>
  );
}
