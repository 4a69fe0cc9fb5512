import { hash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Config, Database, previousSecrets } from '#platform';
import type { Tracking } from './own-tracking.js';
import type { MailLinks } from './render.js';

/** What a link lets its holder do: nothing but this, for this person, from this mail. */
const purposes = {
  unsubscribe: 1,
  preferences: 2,
  view: 3,
  click: 4,
  open: 5,
  reset: 6,
  confirm: 7,
  password: 8,
  proof: 9,
} as const;
export type LinkPurpose = keyof typeof purposes;

export interface LinkSubject {
  person_id: string;
  message_id: string;
}

const macLength = 16;
const bodyLength = 33;
/** What fits into a part of an address. */
const longestClick = 990;

/**
 * Makes and reads the signed tokens in mail links. They never expire: a mail may be opened years later. What a link
 * asks for may expire all the same (a sign-up that waits to be confirmed).
 */
export class LinkSigner {
  private readonly key: MacKey;
  private readonly earlier: readonly MacKey[];

  /** @param earlier secrets that counted before: what was signed with them is still read */
  constructor(
    secret: string,
    private readonly publicUrl: string,
    earlier: readonly string[] = [],
  ) {
    this.key = keyOf(secret);
    this.earlier = earlier.map(keyOf);
  }

  /** `detail` is bound into the signature without being part of the token (a click's destination). */
  token(purpose: LinkPurpose, subject: LinkSubject, detail = ''): string {
    const token = Buffer.alloc(bodyLength + macLength);
    token[0] = purposes[purpose];
    token.write(subject.person_id.replaceAll('-', ''), 1, 'hex');
    token.write(subject.message_id.replaceAll('-', ''), 17, 'hex');
    token.set(mac(this.key, token.subarray(0, bodyLength), detail), bodyLength);
    return token.toString('base64url');
  }

  /** Whom and which mail a token is about; undefined when it was not made here for this purpose. */
  read(purpose: LinkPurpose, token: string, detail = ''): LinkSubject | undefined {
    if (token.length > 100) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== bodyLength + macLength) return undefined;
    const body = bytes.subarray(0, bodyLength);
    const given = bytes.subarray(bodyLength);
    if (![this.key, ...this.earlier].some((key) => timingSafeEqual(given, mac(key, body, detail)))) return undefined;
    if (body[0] !== purposes[purpose]) return undefined;
    return { person_id: asUuid(body.subarray(1, 17)), message_id: asUuid(body.subarray(17, 33)) };
  }

  /** The address of a link that notes the click and leads to `url`; undefined when it would be too long, or is our own. */
  clickLink(subject: LinkSubject, url: string): string | undefined {
    if (url.startsWith(`${this.publicUrl}/`)) return undefined;
    const token = `${this.token('click', subject, url)}.${Buffer.from(url).toString('base64url')}`;
    return token.length > longestClick ? undefined : `${this.publicUrl}/t/${token}`;
  }

  /** Whose click on what a token is; undefined when it was not signed here, whatever it says. */
  readClick(token: string): (LinkSubject & { url: string }) | undefined {
    const dot = token.indexOf('.');
    if (dot < 0 || token.length > longestClick) return undefined;
    const url = Buffer.from(token.slice(dot + 1), 'base64url').toString();
    const subject = this.read('click', token.slice(0, dot), url);
    return subject && { ...subject, url };
  }

  /** Says when something was shown, so that only we can have said it. */
  stamp(about: string, at: Date): string {
    const time = Buffer.from(String(at.getTime()));
    return `${time.toString()}.${mac(this.key, time, about).toString('base64url')}`;
  }

  /** When that was; undefined when it was not said here, or about something else. */
  readStamp(about: string, stamp: string): Date | undefined {
    const [, time, given] = /^(\d{1,15})\.([\w-]{22})$/.exec(stamp) ?? [];
    if (!time || !given) return undefined;
    const said = Buffer.from(given, 'base64url');
    const known = [this.key, ...this.earlier].some((key) => {
      const wanted = mac(key, Buffer.from(time), about);
      return said.length === wanted.length && timingSafeEqual(said, wanted);
    });
    return known ? new Date(Number(time)) : undefined;
  }

  /** @param mayProve whether the mail goes to its person: then links to the shop's pages may say who follows them */
  links(subject: LinkSubject, mayProve = false): MailLinks {
    return new PersonLinks(this, subject, mayProve);
  }

  /** The address of one link. */
  link(path: string, purpose: LinkPurpose, subject: LinkSubject): string {
    return `${this.publicUrl}/${path}/${this.token(purpose, subject)}`;
  }
}

/** Each link is signed when it is read, since most mails show one or two of them. A class: every mail makes one. */
class PersonLinks implements MailLinks {
  constructor(
    private readonly signer: LinkSigner,
    private readonly subject: LinkSubject,
    private readonly mayProve: boolean,
  ) {}

  get unsubscribe(): string {
    return this.signer.link('unsubscribe', 'unsubscribe', this.subject);
  }
  get preferences(): string {
    return this.signer.link('preferences', 'preferences', this.subject);
  }
  get view(): string {
    return this.signer.link('m', 'view', this.subject);
  }
  get reset(): string {
    return this.signer.link('reset', 'reset', this.subject);
  }
  get confirm(): string {
    return this.signer.link('confirm', 'confirm', this.subject);
  }
  get password(): string {
    return this.signer.link('learn/reset', 'password', this.subject);
  }
  get proof(): string | undefined {
    return this.mayProve ? this.signer.token('proof', this.subject) : undefined;
  }
  get tracking(): Tracking {
    const { signer, subject } = this;
    return {
      click: (url) => signer.clickLink(subject, url),
      get open() {
        return signer.link('o', 'open', subject);
      },
    };
  }
}

const blockLength = 64;

/** A key as HMAC uses it: added to two constants, each filling a block of the hash. */
interface MacKey {
  inner: Buffer;
  outer: Buffer;
}

function keyOf(secret: string): MacKey {
  const key = Buffer.alloc(blockLength);
  key.set(new Uint8Array(hkdfSync('sha256', secret, '', 'cortex mail links', 32)));
  return { inner: key.map((byte) => byte ^ 0x36) as Buffer, outer: key.map((byte) => byte ^ 0x5c) as Buffer };
}

const sha256 = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/**
 * HMAC-SHA-256 (RFC 2104), cut to half. By two hashes in one go each: `createHmac` makes objects whose making and
 * clearing away cost four times the hashing, and every mail has a signature.
 */
const mac = ({ inner, outer }: MacKey, body: Buffer, detail: string): Buffer =>
  sha256(outer, sha256(inner, body, Buffer.from(detail))).subarray(0, macLength);

function asUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The one signer of an installation: its key is `CORTEX_SECRET`, else made once and kept in the database. */
@Injectable()
export class LinkTokens {
  private made: Promise<LinkSigner> | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Config) private readonly config: Config,
  ) {}

  signer(): Promise<LinkSigner> {
    this.made ??= this.make().catch((error: unknown) => {
      this.made = undefined;
      throw error;
    });
    return this.made;
  }

  private async make(): Promise<LinkSigner> {
    const given = this.config.env.CORTEX_SECRET;
    const earlier = previousSecrets(this.config);
    if (!given) return new LinkSigner(await this.makeOne(), this.config.publicUrl, earlier);
    const kept = await this.kept();
    return new LinkSigner(given, this.config.publicUrl, [...earlier, ...(kept === undefined ? [] : [kept])]);
  }

  private async makeOne(): Promise<string> {
    await this.database.run(
      "insert into cortex.secrets (name, value) values ('mail_links', $1) on conflict (name) do nothing",
      [randomBytes(32).toString('base64url')],
    );
    return (await this.kept())!;
  }

  private async kept(): Promise<string | undefined> {
    const row = await this.database.row<{ value: string }>(
      "select value from cortex.secrets where name = 'mail_links'",
    );
    return row?.value;
  }
}
