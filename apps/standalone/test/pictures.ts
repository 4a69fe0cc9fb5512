import { join } from 'node:path';
import { standsStill } from '#testing';
import type { Locator, Page } from 'playwright-core';

const widths = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

/**
 * Writes what is on screen into the folder in both themes and three widths, as `name-1440-light.png`; does nothing
 * without a folder.
 * @param part of the page, whole, however long it is
 */
export async function takePictures(
  page: Page,
  folder: string | undefined,
  name: string,
  part?: Locator,
): Promise<void> {
  if (!folder) return;
  for (const size of widths) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await inTheme(page, colorScheme);
      await (part ?? page).screenshot({ path: join(folder, `${name}-${size.width}-${colorScheme}.png`) });
    }
  }
  await page.setViewportSize(widths[0]!);
  await inTheme(page, 'light');
}

/** Draws the page in a theme, and waits until it is drawn. */
async function inTheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await standsStill(page);
}
