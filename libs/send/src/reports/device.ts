import Bowser from 'bowser';
import { text, type Payload } from './postmark-payload.js';

/** On what somebody reads their mail. */
export type Device = 'mobile' | 'desktop' | 'webmail';

/** What Postmark calls them. */
const ofPostmark: ReadonlyMap<string, Device> = new Map([
  ['Mobile', 'mobile'],
  ['Desktop', 'desktop'],
  ['WebMail', 'webmail'],
]);
const ofBrowser: ReadonlyMap<string, Device> = new Map([
  ['mobile', 'mobile'],
  ['tablet', 'mobile'],
  ['desktop', 'desktop'],
]);
/** Gmail and Yahoo fetch pictures for whoever looks at the mail; on what they do, they do not say. */
const proxy = /GoogleImageProxy|YahooMailProxy/i;
/** Characters of a user agent that are looked at. */
const LONGEST = 500;

/** On what a mail was opened, or a link followed: as Postmark says, else by the user agent. Null: not known. */
export function deviceOf(event: Payload): Device | null {
  const said = ofPostmark.get(text(event.Platform));
  if (said) return said;
  const agent = text(event.UserAgent).slice(0, LONGEST).trim();
  if (agent === '') return null;
  if (proxy.test(agent)) return 'webmail';
  return ofBrowser.get(Bowser.getParser(agent).getPlatformType(true)) ?? null;
}
