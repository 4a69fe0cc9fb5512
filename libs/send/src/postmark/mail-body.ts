import type { Models } from 'postmark';

/** One mail as Postmark takes it; `b` and `k` find it again (batch id, hash of the dedupe key). */
export interface PostmarkMail {
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  stream: string;
  metadata: { b: string; k: string };
  headers: { name: string; value: string }[];
  reply_to?: string;
  track: boolean;
}

/** Bytes that a body begins with; it grows by half. */
const FIRST = 262_144;
/** Bodies of calls that came to their end, for the next ones: as many as a worker has calls under way, none for ever. */
const spare: Buffer[] = [];
const MOST_SPARE = 3;
const LARGEST_SPARE = 16_000_000;
const none = Buffer.alloc(0);

const [BEGIN, NEXT, END] = ['[', ',', ']'].map((sign) => sign.charCodeAt(0)) as [number, number, number];

/**
 * The mails of a call as the bytes that are posted, each written as soon as it is made: of a heavy mail nothing else is
 * kept while its call is under way. A body is used for one call after another.
 */
export class MailBody {
  private bytes = spare.pop() ?? Buffer.allocUnsafeSlow(FIRST);
  private length = 0;
  /** To whom the mails go, in their order. */
  readonly addresses: string[] = [];

  static of(mails: readonly PostmarkMail[]): MailBody {
    const body = new MailBody();
    for (const mail of mails) body.add(mail);
    return body;
  }

  get byteLength(): number {
    return this.length + 1;
  }

  add(mail: PostmarkMail): void {
    const json = JSON.stringify(asMessage(mail));
    // With the signs around it.
    this.makeRoom(Buffer.byteLength(json) + 2);
    this.bytes[this.length] = this.addresses.length === 0 ? BEGIN : NEXT;
    this.length += 1 + this.bytes.write(json, this.length + 1);
    this.addresses.push(mail.to);
  }

  /** The JSON of the whole call, at least one mail. The same memory as the body: whoever posts it says when that is free. */
  json(): Buffer {
    this.bytes[this.length] = END;
    return this.bytes.subarray(0, this.byteLength);
  }

  /** Begins anew: the call is over. */
  empty(): void {
    this.length = 0;
    this.addresses.length = 0;
  }

  /** Somebody may still read what was written, and nothing may be written over it. */
  abandon(): void {
    this.bytes = none;
    this.empty();
  }

  /** Its memory is for others from here on. */
  free(): void {
    const { bytes } = this;
    this.abandon();
    if (spare.length < MOST_SPARE && bytes.length > 0 && bytes.length <= LARGEST_SPARE) spare.push(bytes);
  }

  private makeRoom(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, FIRST, Math.ceil(this.bytes.length * 1.5)));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

function asMessage(mail: PostmarkMail): Models.Message {
  return {
    From: mail.from,
    To: mail.to,
    // Left out of the JSON where there is none.
    ReplyTo: mail.reply_to,
    Subject: mail.subject,
    HtmlBody: mail.html,
    TextBody: mail.text,
    MessageStream: mail.stream,
    Metadata: mail.metadata,
    Headers: mail.headers.map(({ name, value }) => ({ Name: name, Value: value })),
    TrackOpens: mail.track,
    TrackLinks: (mail.track ? 'HtmlAndText' : 'None') as Models.LinkTrackingOptions,
  };
}
