import { Injectable } from '@nestjs/common';
import { callOut, Config, internet, type Net, type Tried } from '#platform';

/** How one link of a mail answered. */
export interface CheckedLink {
  url: string;
  /** `personal`: only a reader's own data completes it. `unclear`: nobody can say, such as when it took too long. */
  state: 'answers' | 'broken' | 'refused' | 'unclear' | 'personal';
  status: number | null;
  message: string;
}

/** Links that are looked up side by side. */
const AT_ONCE = 5;
/** Answers that say no more than that a program asked. */
const forPrograms = new Set([401, 403, 405, 406, 429, 999]);

/** Looks whether links answer, under the rules of webhook calls: public addresses only, no redirect followed. */
@Injectable()
export class LinkChecks {
  private readonly net: Net;

  constructor(config: Config) {
    this.net = internet(config);
  }

  /** Each address once, in the given order. Never throws. */
  async check(urls: readonly string[]): Promise<CheckedLink[]> {
    const wanted = [...new Set(urls)];
    const checked: CheckedLink[] = [];
    for (let at = 0; at < wanted.length; at += AT_ONCE)
      checked.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((url) => this.one(url)))));
    return checked;
  }

  private async one(url: string): Promise<CheckedLink> {
    const say = (state: CheckedLink['state'], message: string, status: number | null = null): CheckedLink => ({
      url,
      state,
      status,
      message,
    });
    if (/\{[{%]/.test(url)) return say('personal', 'This link depends on the reader, so it was not tried.');
    if (/^(?:mailto|tel):/i.test(url)) return say('answers', 'An address or a number, which is not tried.');
    return judged(say, await callOut({ url, headers: { 'user-agent': 'Cortex', accept: '*/*' } }, this.net));
  }
}

type Say = (state: CheckedLink['state'], message: string, status?: number | null) => CheckedLink;

function judged(say: Say, tried: Tried): CheckedLink {
  if (tried.ok) return say('answers', 'It answers.', tried.status);
  const { status = null } = tried;
  if (status === null)
    return tried.final
      ? say('refused', `It was not tried: ${tried.reason}.`)
      : say('unclear', `Nobody can say: ${tried.reason}.`);
  if (status < 400) return say('answers', 'It answers, and leads on to another address.', status);
  if (forPrograms.has(status) || status >= 500)
    return say('unclear', `It answered ${status}, which may be for programs only. Open it yourself.`, status);
  return say('broken', `It answered ${status}: the page is not there.`, status);
}
