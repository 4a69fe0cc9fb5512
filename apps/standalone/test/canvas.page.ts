import type { Locator, Page } from 'playwright-core';
import { until } from '#testing';

/** The automation editor as a person uses it: steps by their ids, fields by their labels, states by what is shown. */
export class CanvasPage {
  constructor(readonly page: Page) {}

  get inspector(): Locator {
    return this.page.getByTestId('inspector');
  }

  get publishSheet(): Locator {
    return this.page.getByTestId('publish-sheet');
  }

  get problems(): Locator {
    return this.page.getByRole('complementary', { name: 'Problems' });
  }

  card(id: string): Locator {
    return this.page.getByTestId(`step-${id}`);
  }

  /** The automation's id, from the address, once its drawing stands. */
  async opened(): Promise<string> {
    await this.page.waitForURL(/\/admin\/automations\/[0-9a-f-]{36}/);
    await this.page.locator('.drawing[data-ready=true]').waitFor();
    return new URL(this.page.url()).pathname.split('/').at(-1)!;
  }

  /** Waits until the server has every change. */
  async saved(): Promise<void> {
    await this.page.locator('[data-testid=saved][data-saved=true]').waitFor();
  }

  async rename(name: string): Promise<void> {
    const field = this.page.getByLabel('Automation name');
    await field.fill(name);
    await field.press('Enter');
  }

  /** Opens a step in the inspector by a click on the head of its card. */
  async openStep(id: string): Promise<Locator> {
    const head = this.card(id).locator('.card-top');
    // The drawing may move under the pointer while the camera still follows what was just added.
    await until(async () => {
      await head.click({ position: { x: 30, y: 8 } });
      return this.inspector.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    });
    return this.inspector;
  }

  async writeMail(id: string, mail: { subject: string; html: string }): Promise<void> {
    const step = await this.openStep(id);
    await step.getByLabel('Subject').fill(mail.subject);
    await step.getByLabel('HTML').fill(mail.html);
  }

  /** Adds a step with the `+` of a way out, found by typing. */
  async addStep(source: string, port: string, typed: string, type: string): Promise<void> {
    await this.page.getByTestId(`add-${source}-${port}`).click();
    const picker = this.page.getByRole('dialog', { name: 'Add a step' });
    await picker.getByRole('combobox', { name: 'Search steps' }).fill(typed);
    await picker.getByTestId(`pick-${type}`).click();
    await picker.waitFor({ state: 'detached' });
  }

  /** Opens or closes a panel of the left rail. */
  async panel(name: 'steps' | 'outline' | 'problems' | 'history'): Promise<void> {
    await this.page.getByTestId(`panel-${name}`).click();
  }

  async undo(): Promise<void> {
    await this.page.getByTestId('undo').click();
  }

  async redo(): Promise<void> {
    await this.page.getByTestId('redo').click();
  }

  async openPublish(): Promise<Locator> {
    await this.page.getByTestId('publish').click();
    await this.publishSheet.waitFor();
    return this.publishSheet;
  }

  /** Publishes from the open sheet and waits until it is live. */
  async publishNow(): Promise<void> {
    // Where no worker replays the past, it is published without; where one does, either is fine.
    const unseen = this.publishSheet.getByTestId('publish-unseen');
    await unseen.check({ timeout: 2_000 }).catch(() => undefined);
    await this.publishSheet.getByTestId('publish-now').click();
    await this.publishSheet.waitFor({ state: 'detached' });
    await this.page
      .getByTestId('status')
      .getByText(/^Live v\d+/)
      .waitFor();
  }

  /** What a card says in Live. */
  facts(id: string): Locator {
    return this.card(id).getByTestId('facts');
  }
}
