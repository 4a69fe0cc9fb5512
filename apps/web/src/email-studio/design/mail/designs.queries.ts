import { previewContent, type AnswerOf } from '#contracts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { call } from '../../../api/client';
import type { MailDraft, MailStream } from './draft';

/** A mail as one person would get it, with what is wrong with it. */
export type Rendered = AnswerOf<typeof previewContent>;
/** One thing that is wrong with a mail, or worth a look. */
export type Check = Rendered['problems'][number];

/** After the editor's own rest, in milliseconds. */
const LOOK_MS = 200;

/** The mail as it stands, rendered as it would be sent to somebody; a made-up person where nobody is named. */
export function useRendered(draft: MailDraft, stream: MailStream, contact: string | undefined) {
  const { subject, preheader, text, written } = draft;
  const { html } = written;
  // One object for as long as nothing changes: a new one would be waited for again and again.
  const now = useMemo(() => ({ subject, preheader, text, html, stream }), [subject, preheader, text, html, stream]);
  const [body] = useDebouncedValue(now, LOOK_MS);
  return useQuery({
    queryKey: ['mail-preview', body, contact],
    queryFn: ({ signal }) =>
      call(previewContent, { body: { ...body, ...(contact ? { contact_email: contact } : {}) } }, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** A stored mail as a made-up person would get it. */
export const useThumbnail = (mail: {
  id: string;
  version: number;
  html: string;
  subject: string;
  stream: MailStream;
}) =>
  useQuery({
    queryKey: ['mail-thumbnail', mail.id, mail.version],
    queryFn: ({ signal }) => {
      const { html, subject, stream } = mail;
      return call(previewContent, { body: { html, subject, stream } }, { signal });
    },
    staleTime: Infinity,
  });
