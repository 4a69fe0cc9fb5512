import { z } from 'zod';
import { idParams, instant, page, pageQuery, route } from '../http/route.js';

const tag = 'Media';
const PICTURE_LIMIT = 15 * 1024 * 1024;

export const medium = z.object({
  id: z.string(),
  /** Where mails and everybody else find it: `/media/<name>`. */
  url: z.string(),
  /** As the file was called. */
  title: z.string(),
  alt: z.string(),
  content_type: z.enum(['image/jpeg', 'image/png', 'image/gif']),
  width: z.number().int(),
  height: z.number().int(),
  bytes: z.number().int(),
  /** Templates, saved blocks and the brand that show it. */
  uses: z.number().int(),
  created_by: z.string().nullable(),
  created_at: instant,
});
export type Medium = z.output<typeof medium>;

const words = (max: number) => z.string().trim().max(max, `At most ${max} characters.`);

/** The bytes as the body parser gives them; a string where it is described. */
const picture = z.custom<Uint8Array>((body) => body instanceof Uint8Array && body.length > 0, {
  message: 'Send the bytes of a picture, with its content type, such as image/jpeg.',
});

export const uploadMedium = route({
  method: 'POST',
  path: '/media',
  access: 'change',
  tag,
  summary: 'Keep a picture: raw bytes of a JPEG, PNG, GIF, WebP, AVIF or HEIC (up to 15 MB)',
  description:
    'It is turned upright, made at most 1,200 pixels wide and freed of what the camera wrote into it. One that nothing uses is removed after 30 days.',
  status: 201,
  query: z.strictObject({ title: words(200).default(''), alt: words(500).default('') }),
  body: picture,
  fileLimit: PICTURE_LIMIT,
  response: medium.extend({
    /** What was done that one may want to know, such as that a moving picture became smaller. */
    notes: z.array(z.string()),
  }),
  problems: ['not_a_picture'],
});

export const listMedia = route({
  method: 'GET',
  path: '/media',
  access: 'read',
  tag,
  summary: 'Pictures, newest first',
  query: pageQuery.extend({ q: words(200).optional() }),
  response: page(medium),
});

export const changeMedium = route({
  method: 'PATCH',
  path: '/media/:id',
  access: 'change',
  tag,
  summary: 'Change a picture’s title or alternative text',
  params: idParams,
  body: z.strictObject({ title: words(200).optional(), alt: words(500).optional() }),
  response: medium,
  problems: ['not_found'],
});

export const removeMedium = route({
  method: 'DELETE',
  path: '/media/:id',
  access: 'change',
  tag,
  summary: 'Remove a picture that nothing uses',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'still_used'],
});

export const showMedium = route({
  method: 'GET',
  path: '/media/:name',
  access: 'open',
  tag,
  summary: 'The picture itself',
  params: z.strictObject({ name: z.string().max(200) }),
  raw: true,
  problems: ['not_found'],
});
