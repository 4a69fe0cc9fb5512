import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { browser, builtWeb, pageAt, signIn, testApp, until, type TestApp } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { designOf, StudioPage } from './studio.page.js';

describe('writing in the drag-and-drop editor', () => {
  let app: TestApp;
  let chromium: Browser;
  let page: Page;
  let studio: StudioPage;
  const broken: string[] = [];

  beforeAll(async () => {
    await builtWeb();
    app = await testApp({ worker: false });
    chromium = await browser();
    page = await pageAt(app.url, chromium, broken);
    studio = new StudioPage(page, app);
    await signIn(page, app.admin, '/admin/email/templates');
  }, 240_000);
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });

  /** Begins to write in the only text of a new mail. */
  const begin = async (words: string): Promise<string> => {
    const id = await studio.make(designOf(words));
    await studio.open(id);
    await studio.text(0).dblclick();
    await studio.written.waitFor();
    return id;
  };
  const paste = (given: Record<string, string>) =>
    studio.written.evaluate((el, kinds) => {
      const { ClipboardEvent, DataTransfer } = el.ownerDocument.defaultView!;
      const clipboardData = new DataTransfer();
      for (const [kind, text] of Object.entries(kinds)) clipboardData.setData(kind, text);
      el.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, given);
  const words = async (id: string): Promise<string> =>
    (await studio.stored(id)).design.rows[0].children[0].children[0].content;
  /** What is stored after something was pasted in place of everything. */
  const pasted = async (html: string): Promise<string> => {
    const id = await begin('<p>Before</p>');
    await page.keyboard.press('Control+a');
    await paste({ 'text/html': html, 'text/plain': 'plain' });
    await page.keyboard.press('Escape');
    await until(async () => !(await words(id)).includes('Before'));
    return words(id);
  };

  it('takes from Word paragraphs, marks and lists, without empty lines and its look', async () => {
    const item = (bullet: string, text: string) =>
      `<p class=MsoListParagraph style='text-indent:-18pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>${bullet}<span style='font:7pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>${text}<o:p></o:p></p>`;
    expect(
      await pasted(
        `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head><body><!--StartFragment-->
        <p class=MsoNormal><b>Dear</b> <span style='color:#C00000;font-size:14pt'>friends</span><o:p></o:p></p>
        <p class=MsoNormal><o:p>&nbsp;</o:p></p>${item('·', 'One')}${item('·', 'Two')}
        <p class=MsoNormal>Then<o:p></o:p></p>${item('1.', 'First')}${item('2.', 'Second')}<!--EndFragment--></body></html>`,
      ),
    ).toBe(
      '<p><b>Dear</b> friends</p><ul><li>One</li><li>Two</li></ul><p>Then</p><ol><li>First</li><li>Second</li></ol>',
    );
  });

  it('takes from Google Docs only what is bold as bold', async () => {
    expect(
      await pasted(
        `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr" style="line-height:1.38"><span style="font-size:11pt;color:#000000;font-weight:400">Hello </span><span style="font-weight:700">all</span><span style="font-weight:400"> at </span><a href="https://example.com/" style="text-decoration:none"><span style="color:#1155cc;text-decoration:underline">our site</span></a></p><ul><li dir="ltr"><p role="presentation"><span style="font-style:italic">One</span></p></li></ul></b><br class="Apple-interchange-newline">`,
      ),
    ).toBe('<p>Hello <b>all</b> at <a href="https://example.com/">our site</a></p><ul><li><i>One</i></li></ul>');
  });

  it('takes from a page its text, a line for each row of a table, and nothing that runs or shows', async () => {
    expect(
      await pasted(
        `<div style="color: rgb(10, 20, 30)"><h4>Dates</h4><table><tbody><tr><td>May</td><td>4</td></tr><tr><td>June</td><td>8</td></tr></tbody></table><script>alert(1)</script><img src="https://example.com/pixel.gif" onerror="alert(1)"><p style="text-align:center">See <a href="javascript:alert(1)">you</a></p></div>`,
      ),
    ).toBe('<p>Dates</p><p>May 4 </p><p>June 8 </p><p style="text-align:center">See you</p>');
  });

  it('puts part of a line into the line, in the look of the mail', async () => {
    const id = await begin('<p>Dear , welcome</p>');
    await page.keyboard.press('Control+Home');
    for (let n = 0; n < 'Dear '.length; n += 1) await page.keyboard.press('ArrowRight');
    await paste({
      'text/html': `<span style="color: rgb(27, 42, 40); font-family: Georgia; font-weight: 400; display: inline !important;">colleague</span>`,
    });
    await page.keyboard.press('Escape');
    await until(async () => (await words(id)) === '<p>Dear colleague, welcome</p>');
  });

  it('takes plain text with its lines', async () => {
    const id = await begin('<p>Before</p>');
    await page.keyboard.press('Control+a');
    await paste({ 'text/plain': 'One 👩‍👩‍👧‍👦\nTwo <b>\n\nThree' });
    await page.keyboard.press('Escape');
    await until(async () => !(await words(id)).includes('Before'));
    expect((await words(id)).replace(/<\/p><p>|<br>/g, '|').replace(/<\/?p>/g, '')).toMatch(
      /^One 👩‍👩‍👧‍👦\|Two &lt;b&gt;\|+Three$/u,
    );
  });

  it('undoes what was pasted, in the text and after it was left', async () => {
    const id = await begin('<p>Before</p>');
    await page.keyboard.press('End');
    await paste({ 'text/html': '<p> and after</p>' });
    await studio.written.getByText('and after').waitFor();
    await page.keyboard.press('Control+z');
    await until(async () => !(await studio.written.innerText()).includes('after'));
    await paste({ 'text/html': '<i> and more</i>' });
    await page.keyboard.press('Escape');
    await studio.storedWith(id, 'and more');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await words(id)) === '<p>Before</p>');
    await page.getByRole('button', { name: 'Redo' }).click();
    await studio.storedWith(id, 'and more');
  });

  it('keeps a very long word and emoji within the paper, and whole in the outline', async () => {
    const word = `https://example.com/${'a'.repeat(400)}`;
    const id = await begin(`<p>${'x'.repeat(39)}😀 ${word}</p>`);
    await studio.storedWith(id, word);
    const wide = (el: { scrollWidth: number; clientWidth: number }) => el.scrollWidth > el.clientWidth + 1;
    expect(await studio.text(0).evaluate((el) => el.scrollWidth > el.clientWidth + 1)).toBe(false);
    await studio.tab('Outline');
    expect(await studio.outline.nth(1).innerText()).not.toContain('\ufffd');
    expect((await studio.outline.allInnerTexts()).join('').isWellFormed()).toBe(true);
    await page.getByText('Preview', { exact: true }).click();
    const mail = page.frameLocator('[data-testid=mail-frame]');
    await mail.getByText('😀').first().waitFor();
    expect(await mail.locator('html').evaluate(wide)).toBe(false);
  });

  it('saves by itself once the connection is back, and loses nothing meanwhile', async () => {
    const id = await begin('<p>Before</p>');
    await page.context().setOffline(true);
    await page.keyboard.type(' Written offline');
    await page.getByText('Not saved: retry').waitFor();
    await page.context().setOffline(false);
    await studio.storedWith(id, 'Written offline');
    await studio.saved();
  });

  it('threw nothing on the way', () => expect(broken).toEqual([]));
});
