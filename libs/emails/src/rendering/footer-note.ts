import { compileContent, type MailContent } from '../content/content.js';
import { htmlLacks, textLacks, type Lacking } from './footer.js';
import { TemplateError } from '../liquid/liquid.js';
import { sampleData } from './render.js';

const links = {
  unsubscribe: 'https://cortex.example/unsubscribe/sample',
  preferences: 'https://cortex.example/preferences/sample',
  view: 'https://cortex.example/view/sample',
};

/**
 * What Cortex will add to a marketing mail, as a sentence; undefined where the mail has it all. A mail to a made-up person
 * is asked: with branches, other people's may lack something else.
 * @param workspace its postal address is `''` where there is none, and then is not added
 */
export function footerNote(
  content: MailContent,
  workspace: { name: string; postal_address: string },
): string | undefined {
  try {
    const compiled = compileContent(content);
    const given = { ...sampleData, activity: {}, links, workspace };
    const html = compiled.html.render(given);
    const text = compiled.text(given, html);
    const said = [
      ...inWords(htmlLacks(html, workspace.postal_address, links.unsubscribe), 'HTML'),
      ...inWords(textLacks(text, workspace.postal_address, links.unsubscribe), 'plain text'),
    ];
    if (said.length === 0) return undefined;
    return `${said.join(' ')} Cortex adds what is missing at the end of the email.`;
  } catch (error) {
    // A text with a mistake is a problem of its own.
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

function inWords({ address, unsubscribe }: Lacking, part: string): string[] {
  const missing = [unsubscribe ? 'unsubscribe link' : '', address ? 'postal address' : ''].filter(Boolean);
  return missing.length === 0 ? [] : [`The ${part} has no ${missing.join(' and no ')}.`];
}
