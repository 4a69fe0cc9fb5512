import { z } from 'zod';
import { withinDepth } from '../model/graph.js';
import { defineNode, type Problem } from '../model/node.js';
import { hostOf, isSecretReference, secretReference } from '../model/secrets.js';
import { hear, pattern, set } from '../words/hear.js';
import { cutValue, say, shorten } from '../words/phrase.js';

/** Headers that the call itself sets, or that are between two hops and not for the receiver. */
const own =
  /^(host|connection|keep-alive|content-(length|type|encoding)|transfer-encoding|te|trailer|upgrade|expect|date|via|user-agent|webhook-.*|proxy-.*)$/i;
/** Characters that a header's value may not have. */
export const notInHeaders = /[^\t\u0020-\u007e\u0080-\u00ff]/;
const name = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

const url = z
  .string()
  .trim()
  .max(2000, 'An address has at most 2,000 characters.')
  .superRefine((text, context) => {
    const issue = (message: string) => context.addIssue({ code: 'custom', message });
    if (text === '') return issue('Give the address to call.');
    const parsed = URL.canParse(text) ? new URL(text) : undefined;
    if (!parsed) return issue('This is not an address. Write it like https://example.com/hook.');
    if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')
      return issue('Only addresses that begin with https:// or http:// can be called.');
    if (parsed.username || parsed.password)
      return issue('Leave name and password out of the address; put them into the header “Authorization”.');
    return undefined;
  });

/** What a webhook step calls, and what it says there. */
export const webhookConfig = z.strictObject({
  url: url.meta({ label: 'Address', help: 'Must be reachable from the internet.', control: 'text' }),
  body: z
    .union([z.record(z.string(), z.unknown()), z.string().max(100_000)])
    .refine((body) => withinDepth(body, 12), 'A body can be nested at most 12 levels deep.')
    .refine((body) => JSON.stringify(body).length <= 100_000, 'A body has at most 100,000 characters.')
    .optional()
    .meta({
      label: 'Body',
      help: 'JSON; its texts can contain {{ contact.email }}. Left empty: the person, the lead and the activity.',
      control: 'webhook_body',
    }),
  headers: z
    .record(z.string(), z.union([z.string().max(4000), secretReference]))
    .superRefine((headers, context) => {
      if (Object.keys(headers).length > 20)
        context.addIssue({ code: 'custom', path: [], message: 'A call has at most 20 headers of its own.' });
      for (const [header, content] of Object.entries(headers)) {
        const issue = (message: string) => context.addIssue({ code: 'custom', path: [header], message });
        if (!name.test(header)) issue(`“${shorten(header, 40)}” is not a valid header name.`);
        else if (own.test(header)) issue(`The header “${header}” is set by the call itself. Remove it.`);
        else if (typeof content === 'string' && notInHeaders.test(content))
          issue(`“${header}” contains characters that a header may not have.`);
      }
    })
    .optional()
    .meta({
      label: 'Headers',
      help: 'For example Authorization. Values are stored encrypted and never shown again.',
      control: 'headers',
    }),
});

/** Names of what lets somebody in; whoever may read automations reads addresses. */
const secretName =
  /^(.*[_.-])?(token|key|api-?key|secret|password|passwd|pwd|auth|authorization|signature|sig|credentials?|jwt|bearer)$/i;

/** The first part of an address's query that looks like a secret. */
const secretIn = (address: URL): string | undefined =>
  [...address.searchParams].find(([name, content]) => secretName.test(name) && content !== '')?.[0];

/** The texts of a body by their place in it, at most 1,000. */
const textsIn = (body: unknown, at: string): Record<string, string> => {
  const found: Record<string, string> = {};
  const open: [unknown, string][] = [[body, at]];
  for (let next = open.pop(), left = 1000; next && left > 0; next = open.pop(), left -= 1) {
    const [value, place] = next;
    if (typeof value === 'string') found[place] = value;
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value))
        open.push([inner, `${place}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`]);
  }
  return found;
};

/** An address, or its host alone, which is called encrypted. */
const anUrl = pattern(/(?:https?:\/\/)?[^\s,;“”]*[^\s,;.“”]/u, 'example.com', (found) =>
  /^https?:/.test(found[0]) ? found[0] : `https://${found[0]}`,
);

export const webhook = defineNode({
  type: 'webhook',
  version: 1,
  kind: 'action',
  icon: 'webhook',
  title: 'Call a webhook',
  summary: 'Posts to another system, signed, and waits for its answer.',
  docs:
    'The call is a POST of JSON, signed according to Standard Webhooks (headers webhook-id, webhook-timestamp ' +
    'and webhook-signature, with the secret from the settings). An answer from 200 to 299 counts as success. ' +
    'Anything else is retried at growing intervals, eight times in about nine minutes, and then the person ' +
    'takes the path “if it failed”. Answers from 400 to 499 (except 408, 409, 425 and 429) are final at once. ' +
    'Redirects are not followed, and addresses inside private networks are not called. Calls that failed for ' +
    'good are listed under Needs attention and can be sent again. The same call always has the same ' +
    'webhook-id, so that a receiver can recognise repeats. The values of its headers are secrets: they are stored ' +
    'encrypted, nobody is shown them again, and an export leaves them out.',
  config: webhookConfig,
  defaults: { url: '' },
  ports: () => [
    { id: 'next', label: 'when it answered' },
    { id: 'failed', label: 'if it failed' },
  ],
  phrases: ({ url }) =>
    say`Call ${cutValue('url', url && shorten(hostOf(url) ?? url, 60), () => hostOf(url ?? '') ?? url ?? '')}`,
  hears: hear`Call ${set('url', anUrl)}`,
  texts: ({ body }) => textsIn(body, 'body'),
  check: ({ url, headers }, { pointer, node_id }) => {
    const problems: Problem[] = [];
    const address = new URL(url);
    for (const [header, content] of Object.entries(headers ?? {})) {
      if (!isSecretReference(content)) continue;
      const add = (code: 'webhook_header_missing' | 'webhook_header_other_host', message: string) =>
        problems.push({
          code,
          severity: 'blocks',
          node_id,
          pointer: `${pointer}/config/headers/${header.replaceAll('~', '~0').replaceAll('/', '~1')}`,
          message,
        });
      if (content.id === undefined)
        add(
          'webhook_header_missing',
          `Set the value of the header “${header}”. It has none yet; an import does not bring values along.`,
        );
      else if (content.host !== undefined && content.host !== address.host)
        add(
          'webhook_header_other_host',
          `The value of “${header}” was set for ${shorten(content.host, 60)}, so it is not sent to ${shorten(address.host, 60)}. Set the value again.`,
        );
    }
    const secret = secretIn(address);
    if (secret !== undefined)
      problems.push({
        code: 'webhook_secret_in_address',
        severity: 'blocks',
        node_id,
        pointer: `${pointer}/config/url`,
        message: `“${shorten(secret, 40)}” in this address looks like a secret, and everyone who can open the automation could read it. Put it into a header.`,
      });
    if (address.protocol === 'http:')
      problems.push({
        code: 'webhook_in_the_clear',
        severity: 'look',
        node_id,
        pointer: `${pointer}/config/url`,
        message:
          'This address is called without encryption, so anyone in between can read data about your people. Use https://.',
      });
    return problems;
  },
  plan: ({ url, body, headers }, { report }) =>
    report
      ? { next: report.port, ...(report.reason ? { reason: report.reason } : {}) }
      : {
          effects: [
            {
              type: 'webhook.post',
              url,
              ...(body === undefined ? {} : { body }),
              ...(headers && Object.keys(headers).length > 0 ? { headers } : {}),
            },
          ],
          next: 'next',
          reported: true,
        },
  examples: [
    {
      name: 'Calls, and stays until it is known how that went',
      config: { url: 'https://example.com/hook', body: { email: '{{ contact.email }}' } },
      expect: {
        effects: [{ type: 'webhook.post', url: 'https://example.com/hook', body: { email: '{{ contact.email }}' } }],
        next: 'next',
        reported: true,
      },
    },
    {
      name: 'It answered',
      config: { url: 'https://example.com/hook' },
      input: { report: { port: 'next' } },
      expect: { next: 'next' },
    },
    {
      name: 'It failed for good',
      config: { url: 'https://example.com/hook' },
      input: { report: { port: 'failed', reason: 'answered 500' } },
      expect: { next: 'failed', reason: 'answered 500' },
    },
  ],
});
