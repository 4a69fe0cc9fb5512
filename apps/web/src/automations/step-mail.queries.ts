import { getTemplate, previewContent, previewTemplate } from '#contracts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/client';
import { rendered } from '../email-studio/design/mail/designs.queries';
import { text } from '../schema-form/control';

/** The step's own text as the server takes it unsaved. */
export const unsavedEmail = (config: Record<string, unknown>, contact_email: string | undefined) => ({
  subject: text(config.subject),
  preheader: text(config.preheader),
  html: text(config.html),
  text: text(config.text) || null,
  stream: config.stream === 'transactional' ? ('transactional' as const) : ('broadcast' as const),
  ...(text(config.from) ? { from: text(config.from) } : {}),
  ...(contact_email ? { contact_email } : {}),
});

const render = async (config: Record<string, unknown>, contact_email: string | undefined, signal: AbortSignal) => {
  const template = text(config.template_id);
  if (template) {
    if (!contact_email) {
      const { editor, subject, preheader, stream, design, html } = await call(
        getTemplate,
        { params: { id: template } },
        { signal },
      );
      return rendered({ editor, subject, preheader, stream, written: { design, html } }, undefined, signal);
    }
    return call(previewTemplate, { params: { id: template }, body: { contact_email } }, { signal });
  }
  return call(previewContent, { body: unsavedEmail(config, contact_email) }, { signal });
};

/** The mail of a step as one person would get it, rendered by the server as it will be sent. */
export const stepMail = (config: Record<string, unknown>, contact_email: string | undefined) =>
  queryOptions({
    queryKey: ['mail-preview', config, contact_email],
    queryFn: ({ signal }) => render(config, contact_email, signal),
  });
