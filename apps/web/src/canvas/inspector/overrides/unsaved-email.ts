import { text } from '../../../schema-form/control';

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
