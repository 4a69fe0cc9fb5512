import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { storedPicture } from './images.js';

const solid = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 30, b: 30, alpha: 0.5 } } });

describe('pictures', () => {
  it('stand upright, at most 1,200 pixels wide, without what the camera wrote', async () => {
    const photo = await solid(2000, 1000)
      .withExif({ IFD0: { Copyright: 'Mara' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const stored = await storedPicture(photo);
    // Lying on its side: 1,000 wide and 2,000 high when upright.
    expect(stored).toMatchObject({ content_type: 'image/jpeg', width: 1000, height: 2000, notes: [] });
    const kept = await sharp(stored.data).metadata();
    expect([kept.exif, kept.orientation]).toEqual([undefined, undefined]);
    expect((await storedPicture(await solid(3000, 300).jpeg().toBuffer())).width).toBe(1200);
  });

  it('become JPEG, or PNG where one sees through', async () => {
    expect((await storedPicture(await solid(10, 10).webp().toBuffer())).extension).toBe('jpg');
    expect((await storedPicture(await solid(10, 10, 4).webp().toBuffer())).extension).toBe('png');
    expect((await storedPicture(await solid(10, 10).avif().toBuffer())).extension).toBe('jpg');
  });

  it('go on moving', async () => {
    const frames = await Promise.all(
      ['#f00', '#0f0', '#00f'].map((background) =>
        sharp({ create: { width: 40, height: 20, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const moving = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [100, 100, 100] })
      .toBuffer();
    const stored = await storedPicture(moving);
    expect(stored).toMatchObject({ content_type: 'image/gif', width: 40, height: 20 });
    expect((await sharp(stored.data).metadata()).pages).toBe(3);
    expect(stored.notes.join()).toMatch(/Outlook/);
  });

  it.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ['SVG', async () => Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/],
    ['text', async () => Buffer.from('hello'), /no picture/],
    ['PDF', async () => Buffer.from('%PDF-1.7\n'), /no picture/],
    ['nothing', async () => Buffer.alloc(0), /no picture/],
    ['a torn file', async () => (await solid(200, 200).png().toBuffer()).subarray(0, 80), /damaged/],
    ['a bomb', () => solid(9000, 9000).png({ compressionLevel: 9 }).toBuffer(), /50 megapixels/],
  ])('are refused with a sentence: %s', async (_name, bytes, says) => {
    await expect(storedPicture(await bytes())).rejects.toThrow(says);
  });
});
