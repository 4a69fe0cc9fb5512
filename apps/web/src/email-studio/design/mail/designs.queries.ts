import {
  checkLinks,
  countEmptyWords,
  createBlock,
  importDesign,
  listBlocks,
  previewContent,
  removeBlock,
  renderDesign,
  type CallOf,
  type Template,
  type Utm,
} from '#contracts';
import { brandFrom, type Brand, type Design, type DesignFix, type MailNode, type ReadyDesign } from '#designs';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../../api/client';
import { useSettings } from '../../../settings/saving/settings.queries';
import type { EditorName, MailDraft, MailStream } from './draft';

/** One thing that is wrong with a mail, or worth a look. */
export interface Check {
  severity: 'blocks' | 'look';
  /** `/rows/1/…` in a design, `''` the whole, or `/subject`, `/preheader`, `/html`, `/text`. */
  pointer: string;
  message: string;
  line?: number | undefined;
  column?: number | undefined;
  fix?: DesignFix | undefined;
}

/** Where something of a mail stands, for an editor to go there. */
export type Place = Pick<Check, 'pointer' | 'line' | 'column'>;

/** A mail as one person would get it, with what is wrong with it. */
export interface Rendered {
  from?: string | undefined;
  subject?: string | undefined;
  html?: string | undefined;
  text?: string | undefined;
  problems: Check[];
}

/** After the editor's own rest, in milliseconds. */
const LOOK_MS = 200;

/** How mails of this workspace look. */
export function useBrand() {
  const { data, error, isPending, refetch } = useSettings();
  const stored = data?.brand;
  const brand = useMemo(() => (stored === undefined ? undefined : brandFrom(stored)), [stored]);
  return { data: brand, error, isPending, refetch };
}

export interface Mail extends Omit<MailDraft, 'text'> {
  text?: string | null;
  editor: EditorName;
  stream: MailStream;
  /** What its links carry. */
  utm?: Utm | null;
}

/** A mail as it stands, as somebody would get it; a made-up person where nobody is named. */
export async function rendered(
  mail: Mail,
  contact: string | undefined,
  signal: AbortSignal,
  colleague = false,
): Promise<Rendered> {
  const { editor, stream, subject, preheader, text = null, written, utm = null } = mail;
  const parts = {
    subject,
    preheader,
    text,
    stream,
    utm,
    ...(contact ? { contact_email: contact, ...(colleague ? { colleague } : {}) } : {}),
  };
  if (editor === 'html') return call(previewContent, { body: { ...parts, html: written.html } }, { signal });
  const whose = contact ? {} : { sample: true };
  const body: NonNullable<CallOf<typeof renderDesign>['body']> =
    editor === 'mjml'
      ? { editor, design: written.design as Design, ...parts, ...whose }
      : { editor, design: written.design, html: written.html, ...parts, ...whose };
  return call(renderDesign, { body }, { signal });
}

/**
 * The mail as it stands, rendered as it would be sent to somebody; a made-up person where nobody is named.
 * @param colleague the address is that of somebody who works here
 */
export function useRendered(given: Mail, contact: string | undefined, colleague = false) {
  const { editor, stream, subject, preheader, text, written, utm } = given;
  // One object for as long as nothing changes: a new one would be waited for again and again.
  const mail = useMemo(
    () => ({ editor, stream, subject, preheader, text, written, utm }) as Mail,
    [editor, stream, subject, preheader, text, written, utm],
  );
  const [now] = useDebouncedValue(mail, LOOK_MS);
  return useQuery({
    queryKey: ['mail-preview', now, contact, colleague],
    queryFn: ({ signal }) => rendered(now, contact, signal, colleague),
    placeholderData: keepPreviousData,
  });
}

/** Of how many people the personal words of a mail as it stands come out empty; of a list, or of all who can be mailed. */
export const useEmptyWords = () =>
  useMutation({
    mutationFn: ({ mail, listId }: { mail: Mail; listId: string | undefined }) => {
      const { editor, stream, subject, preheader, text = null, written } = mail;
      const words = editor === 'mjml' ? { design: written.design as Design } : { html: written.html };
      const list = listId ? { smart_list_id: listId } : {};
      return call(countEmptyWords, { body: { subject, preheader, text, stream, ...words, ...list } });
    },
  });

/** A stored mail as a made-up person would get it. */
export const useThumbnail = ({ id, version, html, design, editor, subject, preheader, stream }: Template) =>
  useQuery({
    queryKey: ['mail-thumbnail', id, version],
    queryFn: ({ signal }) =>
      rendered({ editor, subject, preheader, stream, written: { design, html } }, undefined, signal),
    staleTime: Infinity,
  });

/** A ready design in the workspace's brand. */
export const useReadyThumbnail = ({ id, make, subject, preheader, stream }: ReadyDesign, brand: Brand) =>
  useQuery({
    queryKey: ['ready-thumbnail', id, brand],
    queryFn: ({ signal }) =>
      rendered(
        { editor: 'mjml', subject, preheader, stream, written: { design: make(brand), html: '' } },
        undefined,
        signal,
      ),
    staleTime: Infinity,
  });

export const useImportDesign = () =>
  useMutation({
    mutationFn: (body: NonNullable<CallOf<typeof importDesign>['body']>) => call(importDesign, { body }),
  });

export const useLinkCheck = () => useMutation({ mutationFn: (urls: string[]) => call(checkLinks, { body: { urls } }) });

const savedKey = ['saved-blocks'];

export const useSavedBlocks = () =>
  useQuery({
    queryKey: savedKey,
    queryFn: ({ signal }) => call(listBlocks, { query: { limit: 200 } }, { signal }),
  });

export function useKeepBlock() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; row: MailNode }) => call(createBlock, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey }),
  });
}

export function useRemoveBlock() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(removeBlock, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey }),
  });
}
