import { describe, expect, it } from '@jest/globals';
import { compileContent } from '../content/content.js';
import { renderMail, type SendFacts } from './render.js';

const facts: SendFacts = {
  provider: 'postmark',
  message_stream: 'broadcast',
  stream: 'broadcast',
  public_url: 'https://mail.example.com',
  workspace: { name: 'School', postal_address: '1 Main Street\nSpringfield', timezone: 'UTC' },
  sender: 'School <hello@example.com>',
  unsubscribe: 'ours',
  track: false,
};
const out = 'https://mail.example.com/unsubscribe/abc';
const links = {
  unsubscribe: out,
  preferences: `${out}#p`,
  view: `${out}#v`,
  reset: `${out}#r`,
  confirm: `${out}#c`,
  password: `${out}#w`,
};
const link = '<a href="{{ links.unsubscribe }}">Unsubscribe</a>';

const mailOf = (html: string, contact: Record<string, unknown> = {}, text?: string) =>
  renderMail(compileContent({ subject: 'x', html, text }), { contact }, facts, links);
const waysOut = (part: string) => part.split(out).length - 1 - (part.split(`${out}#`).length - 1);

describe('the way out of a marketing mail', () => {
  it('is where its author put it, once', () => {
    const mail = mailOf(`<p>Hi</p>${link}`);
    expect(waysOut(mail.html)).toBe(1);
    expect(waysOut(mail.text)).toBe(1);
  });

  it.each([
    ['in a branch not taken', `{% if contact.vip %}${link}{% endif %}<p>Hi</p>`],
    ['in a comment', `<!-- ${link} --><p>Hi</p>`],
    ['in a conditional comment', `<!--[if mso]>${link}<![endif]--><p>Hi</p>`],
    ['as words that lead nowhere', '<p>{{ links.unsubscribe }}</p>'],
  ])('is added in the HTML when it stands %s', (_where, html) => {
    const mail = mailOf(html);
    expect(mail.html).toContain(`<a href="${out}" style="color:inherit">Unsubscribe</a>`);
    expect(mail.html).toContain(`<a href="${out}#p" style="color:inherit">Choose what you get</a>`);
    expect(waysOut(mail.text)).toBeGreaterThan(0);
  });

  it('is added for those alone who lack it', () => {
    const html = `{% if contact.vip %}${link}{% endif %}<p>Hi</p>`;
    expect(waysOut(mailOf(html, { vip: true }).html)).toBe(1);
    expect(waysOut(mailOf(html, { vip: false }).html)).toBe(1);
  });

  it('is added to an author’s own text that lacks it, although the HTML has it', () => {
    const mail = mailOf(`<p>Hi</p>${link}{{ workspace.postal_address }}`, {}, 'Hi');
    expect(mail.text).toContain(`Unsubscribe: ${out}\nChoose what you get: ${out}#p`);
    expect(mail.text).toContain('1 Main Street\nSpringfield');
    expect(waysOut(mail.html)).toBe(1);
  });

  it('counts where mail programs but Outlook show it', () => {
    expect(waysOut(mailOf(`<!--[if !mso]><!-->${link}<!--<![endif]-->`).html)).toBe(1);
  });
});

describe('the postal address', () => {
  it.each([
    ['by its name', '<p>{{ workspace.postal_address }}</p>'],
    ['by hand, on two lines', '<p>1 Main Street<br />Springfield</p>'],
    ['by hand, in two cells', '<tr><td>1 Main Street</td><td> Springfield</td></tr>'],
  ])('stands once when its author wrote it %s', (_how, html) => {
    expect(mailOf(html).html.split('1 Main Street').length - 1).toBe(1);
  });

  it('is added where it stands in a comment only', () => {
    expect(mailOf('<!-- {{ workspace.postal_address }} --><p>Hi</p>').html).toContain('1 Main Street<br>Springfield');
  });
});
