import sharp, { type Sharp } from 'sharp';
import { DesignError } from './design-error.js';

const WIDEST = 1_200;
const MOST_PIXELS = 50_000_000;
const MOST_FRAMES = 200;
const SECONDS = 20;
/** Beyond this a moving picture is shown still. */
const MOST_MOVING_BYTES = 4 * 1024 * 1024;

export interface StoredPicture {
  data: Buffer;
  content_type: 'image/jpeg' | 'image/png' | 'image/gif';
  extension: 'jpg' | 'png' | 'gif';
  width: number;
  height: number;
  /** What the person may want to know of what was done, as sentences. */
  notes: string[];
}

// One picture at a time, on one core: an upload must not slow the answers of everybody else.
sharp.concurrency(1);
let before: Promise<unknown> = Promise.resolve();

/**
 * A picture as mail programs show it: upright, at most 1,200 pixels wide, without what the camera wrote into it.
 * @throws DesignError for what is no picture, or too large to open
 */
export function storedPicture(bytes: Uint8Array): Promise<StoredPicture> {
  const own = before.then(() => convert(bytes));
  before = own.catch(() => undefined);
  return own;
}

async function convert(bytes: Uint8Array): Promise<StoredPicture> {
  const format = formatOf(bytes);
  if (format === 'svg')
    throw new DesignError('SVG cannot be kept, since mail programs do not show it. Save the picture as PNG.');
  if (format === 'heic') throw new DesignError('HEIC cannot be opened here. Save the picture as JPEG.');
  if (!format) throw new DesignError('This is no picture. Send a JPEG, PNG, GIF, WebP or AVIF.');
  try {
    const options = { limitInputPixels: MOST_PIXELS, failOn: 'error' } as const;
    const {
      pages = 1,
      width = 0,
      height = 0,
      pageHeight = height,
      hasAlpha,
    } = await sharp(bytes, { ...options, pages: 1 }).metadata();
    if (width * pageHeight > MOST_PIXELS || width * pageHeight * pages > 4 * MOST_PIXELS)
      throw new DesignError('This picture has more than 50 megapixels. Make it smaller.');
    const moves = pages > 1 && pages <= MOST_FRAMES;
    const notes = pages > MOST_FRAMES ? [`It has more than ${MOST_FRAMES} frames, so only the first is shown.`] : [];
    if (moves) {
      const moving = await scaled(sharp(bytes, { ...options, limitInputPixels: 4 * MOST_PIXELS, animated: true }))
        .gif()
        .toBuffer({ resolveWithObject: true });
      if (moving.data.length <= MOST_MOVING_BYTES)
        return {
          data: moving.data,
          content_type: 'image/gif',
          extension: 'gif',
          width: moving.info.width,
          height: moving.info.pageHeight ?? moving.info.height,
          notes: ['It moves. Outlook shows the first frame only.'],
        };
      notes.push('It moves and is larger than 4 MB, so only its first frame is shown.');
    }
    const still = scaled(sharp(bytes, options));
    const { data, info } = hasAlpha
      ? await still.png({ palette: true, quality: 90 }).toBuffer({ resolveWithObject: true })
      : await still
          .flatten({ background: '#ffffff' })
          .jpeg({ quality: 82, mozjpeg: true })
          .toBuffer({ resolveWithObject: true });
    return {
      data,
      ...(hasAlpha
        ? { content_type: 'image/png' as const, extension: 'png' as const }
        : { content_type: 'image/jpeg' as const, extension: 'jpg' as const }),
      width: info.width,
      height: info.height,
      notes,
    };
  } catch (error) {
    if (error instanceof DesignError) throw error;
    const why = /pixel limit/i.test((error as Error).message)
      ? 'This picture has more than 50 megapixels. Make it smaller.'
      : 'This picture cannot be opened: it is damaged or cut off. Save it again as JPEG or PNG.';
    throw new DesignError(why);
  }
}

const scaled = (picture: Sharp): Sharp =>
  picture.timeout({ seconds: SECONDS }).autoOrient().resize({ width: WIDEST, withoutEnlargement: true });

/** What the first bytes say it is. Formats that draw or fetch (SVG, PDF) are never given to the library. */
function formatOf(bytes: Uint8Array): 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'heic' | 'svg' | undefined {
  const head = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (/^GIF8[79]a/.test(head)) return 'gif';
  if (/^RIFF[\s\S]{4}WEBP/.test(head)) return 'webp';
  if (/^[\s\S]{4}ftypavi[fs]/.test(head)) return 'avif';
  if (/^[\s\S]{4}ftyp(?:heic|heix|hevc|mif1|msf1)/.test(head)) return 'heic';
  return /<svg[\s>]|<\?xml/i.test(head) ? 'svg' : undefined;
}
