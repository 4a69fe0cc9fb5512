import {
  approveTemplate,
  changeTemplate,
  createTemplate,
  getTemplate,
  getTemplateVersion,
  listTemplates,
  listTemplateUses,
  listTemplateVersions,
  removeTemplate,
  restoreTemplate,
  type CallOf,
  type Template,
} from '#contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, type CallOptions } from '../../api/client';
import { paging } from '../../api/paged';

export type { Template };
export type TemplateFields = NonNullable<CallOf<typeof changeTemplate>['body']>;

/** So many thumbnails a page: each is a whole mail in a frame. */
const PAGE = 12;

const one = (id: string) => ['template', id];
const parts = (id: string, part: string) => ['template', id, part];

export const useTemplatePages = (stream: Template['stream']) =>
  useInfiniteQuery({
    queryKey: ['templates', 'gallery', stream],
    queryFn: ({ pageParam, signal }) =>
      call(listTemplates, { query: { limit: PAGE, stream, ...(pageParam ? { cursor: pageParam } : {}) } }, { signal }),
    ...paging,
  });

/** Read once for the editor, which then works on its own copy. */
export const useTemplate = (id: string) =>
  useQuery({
    queryKey: one(id),
    queryFn: ({ signal }) => call(getTemplate, { params: { id } }, { signal }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

/** As it is stored at this moment, renewed when it is saved in an editor. */
export const useStoredTemplate = (id: string) =>
  useQuery({
    queryKey: ['templates', 'stored', id],
    queryFn: ({ signal }) => call(getTemplate, { params: { id } }, { signal }),
    enabled: id !== '',
  });

export const fetchTemplate = (id: string) => call(getTemplate, { params: { id } });

export const storeTemplate = (id: string, body: TemplateFields, options: CallOptions) =>
  call(changeTemplate, { params: { id }, body }, options);

/** A template's fields as they are stored again. */
export const fieldsOf = (template: Template): TemplateFields => ({
  name: template.name,
  subject: template.subject,
  preheader: template.preheader,
  stream: template.stream,
  topic_id: template.topic_id,
  editor: template.editor,
  ...(template.editor === 'html' ? {} : { design: template.design }),
  html: template.editor === 'mjml' ? '' : template.html,
  text: template.text,
});

export const useCreateTemplate = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NonNullable<CallOf<typeof createTemplate>['body']>) => call(createTemplate, { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['templates'] }),
  });
};

export const useRemoveTemplate = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(removeTemplate, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['templates'] }),
  });
};

export const useUses = (id: string) =>
  useQuery({
    queryKey: parts(id, 'uses'),
    queryFn: ({ signal }) => call(listTemplateUses, { params: { id }, query: { limit: 200 } }, { signal }),
  });

export const useVersions = (id: string) =>
  useQuery({
    queryKey: parts(id, 'versions'),
    queryFn: ({ signal }) => call(listTemplateVersions, { params: { id }, query: { limit: 200 } }, { signal }),
    staleTime: 0,
  });

/** One version, whole; it never changes. */
export const useVersion = (id: string, n: number | undefined) =>
  useQuery({
    queryKey: ['template-version', id, n],
    queryFn: ({ signal }) => call(getTemplateVersion, { params: { id, n: n! } }, { signal }),
    enabled: n !== undefined,
    staleTime: Infinity,
  });

/** What changes a stored template besides its editor. */
export const useTemplateSteps = (id: string) => {
  const client = useQueryClient();
  const again = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: one(id) }),
      client.invalidateQueries({ queryKey: ['templates'] }),
    ]);
  const restore = useMutation({
    mutationFn: (body: { number: number; version: number }) => call(restoreTemplate, { params: { id }, body }),
    onSuccess: again,
  });
  const approve = useMutation({
    mutationFn: (version: number) => call(approveTemplate, { params: { id }, body: { version } }),
    onSuccess: again,
  });
  return { restore, approve };
};
