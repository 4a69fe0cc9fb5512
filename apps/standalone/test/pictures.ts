import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Writes what is on screen into the folder, light, dark and 390 px wide; does nothing without a folder. */
export async function takePictures(page: Page, folder: string | undefined, name: string): Promise<void> {
  if (!folder) return;
  const take = async (kind: string) => {
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    // A caret blinks for ever.
    await page.evaluate(
      'Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity).map((one) => one.finished))',
    );
    await page.screenshot({ path: join(folder, `${name}-${kind}.png`) });
  };
  await take('light');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  await take('dark');
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 390, height: 844 });
  await take('narrow');
  await page.setViewportSize({ width: 1440, height: 900 });
}
