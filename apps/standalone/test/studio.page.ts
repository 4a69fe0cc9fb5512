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

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click();
  }

  /** What the outline lists, by the names of the parts. */
  async parts(): Promise<string[]> {
    return (await this.outline.allInnerTexts()).map((line) => line.split('\n')[0]!);
  }
}
