import {
  changeTemplate,
  createTemplate,
  getTemplate,
  listTemplates,
  removeTemplate,
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

export const fetchTemplate = (id: string) => call(getTemplate, { params: { id } });

export const storeTemplate = (id: string, body: TemplateFields, options: CallOptions) =>
  call(changeTemplate, { params: { id }, body }, options);

/** A template's fields as they are stored again. */
export const fieldsOf = (template: Template): TemplateFields => ({
  name: template.name,
  subject: template.subject,
  preheader: template.preheader,
  stream: template.stream,
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
