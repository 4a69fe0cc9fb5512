import { until, type TestApp } from '#testing';
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** A design of one row and one column with these texts, and a footer. */
export const designOf = (...contents: string[]) => ({
  v: 1,
  body: {},
  rows: [
    {
      tagName: 'mj-section',
      attributes: {},
      children: [
        {
          tagName: 'mj-column',
          attributes: {},
          children: contents.map((content) => ({ tagName: 'mj-text', attributes: {}, content })),
        },
      ],
    },
    { tagName: 'cx-footer', attributes: {} },
  ],
});

/** A template in the drag-and-drop editor, as a person uses it. */
export class StudioPage {
  constructor(
    readonly page: Page,
    private readonly app: TestApp,
  ) {}

  /** What stands on the paper. */
  get paper(): FrameLocator {
    return this.page.frameLocator('[data-testid=paper] iframe.gjs-frame');
  }

  /** The text that is being written in. */
  get written(): Locator {
    return this.paper.locator('[contenteditable=true]');
  }

  get outline(): Locator {
    return this.page.getByTestId('outline-part');
  }

  text(n: number): Locator {
    return this.paper.locator('[data-gjs-type=mj-text]').nth(n);
  }

  /** The template's id, from the address, once its design is on the paper. */
  async opened(): Promise<string> {
    await this.page.waitForURL(/\/admin\/email\/templates\/[0-9a-f-]{36}$/);
    await this.paper.locator('[data-gjs-type=wrapper]').waitFor();
    // The palette is there once the design is.
    await this.page.getByRole('list', { name: 'Blocks' }).waitFor();
    return this.page.url().split('/').at(-1)!;
  }

  async open(id: string): Promise<void> {
    await this.page.goto(`/admin/email/templates/${id}`);
    await this.opened();
  }

  /** Waits until the server has every change. */
  async saved(): Promise<void> {
    await this.page.locator('[data-testid=mail-saved][data-saved=true]').waitFor();
  }

  async stored(id: string) {
    return (await this.app.call('GET', `/email/templates/${id}`)).body;
  }

  /** Waits until what is stored holds this text. */
  async storedWith(id: string, text: string): Promise<void> {
    await until(async () => JSON.stringify((await this.stored(id)).design).includes(text));
  }

  async make(design: unknown, more: object = {}): Promise<string> {
    const { status, body } = await this.app.call('POST', '/email/templates', {
      name: 'Letter',
      editor: 'mjml',
      design,
      ...more,
    });
    if (status !== 201) throw new Error(`The template was not made: ${JSON.stringify(body)}`);
    return body.id;
  }

  /** Writes in a text, in place of what it says. */
  async write(n: number, words: string): Promise<void> {
    await this.text(n).dblclick();
    await this.written.waitFor();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.type(words);
  }

  /** Drags a block of the palette to the foot of the n-th text, and lets go once the paper shows where it would land. */
  async drag(block: Locator, n: number): Promise<void> {
    const from = await middle(block);
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    await this.page.mouse.move(from.x + 40, from.y + 20, { steps: 4 });
    const landing = this.page.locator('.gjs-placeholder').filter({ visible: true });
    let moves = 0;
    await until(async () => {
      const box = (await this.text(n).boundingBox())!;
      moves += 1;
      await this.page.mouse.move(box.x + box.width / 2 + (moves % 2) * 3, box.y + box.height - 4, { steps: 6 });
      return (await landing.count()) > 0;
    });
    await this.page.mouse.up();
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  /** What the outline lists, by the names of the parts. */
  async parts(): Promise<string[]> {
    return (await this.outline.allInnerTexts()).map((line) => line.split('\n')[0]!);
  }
}

const middle = async (what: Locator) => {
  const box = (await what.boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};
