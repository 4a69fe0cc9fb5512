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

/** Bytes of one part of a body. */
const PART = 524_288;
/** Parts of calls that came to their end, for the next ones: three of 8 MB, which is what a worker has under way at most. */
const spare: Buffer[] = [];
const MOST_SPARE = 48;

const [BEGIN, NEXT, END] = ['[', ',', ']'].map((sign) => sign.charCodeAt(0)) as [number, number, number];

/**
 * The mails of a call as the bytes that are posted, each written as soon as it is made: of a heavy mail nothing else is
 * kept while its call is under way. In parts, so that nothing grows and is copied, and used for one call after another.
 */
export class MailBody {
  private parts: { bytes: Buffer; length: number }[] = [];
  /** To whom the mails go, in their order. */
  readonly addresses: string[] = [];

  static of(mails: readonly PostmarkMail[]): MailBody {
    const body = new MailBody();
    for (const mail of mails) body.add(mail);
    return body;
  }

  get byteLength(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 1);
  }

  add(mail: PostmarkMail): void {
    const json = JSON.stringify(asMessage(mail));
    // With the signs around it.
    const part = this.partFor(Buffer.byteLength(json) + 2);
    part.bytes[part.length] = this.addresses.length === 0 ? BEGIN : NEXT;
    part.length += 1 + part.bytes.write(json, part.length + 1);
    this.addresses.push(mail.to);
  }

  /** The JSON of the whole call, at least one mail, in parts. The body's own memory: whoever posts it says when it is free. */
  json(): Buffer[] {
    const last = this.parts.at(-1)!;
    last.bytes[last.length] = END;
    return this.parts.map((part) => part.bytes.subarray(0, part.length + (part === last ? 1 : 0)));
  }

  /** The call is over, and nobody reads what was written: its memory is for the next one. */
  empty(): void {
    for (const { bytes } of this.parts) if (bytes.length === PART && spare.length < MOST_SPARE) spare.push(bytes);
    this.abandon();
  }

  /** Somebody may still read what was written, and nothing may be written over it. */
  abandon(): void {
    this.parts = [];
    this.addresses.length = 0;
  }

  private partFor(bytes: number) {
    const last = this.parts.at(-1);
    if (last && last.bytes.length - last.length >= bytes) return last;
    const memory = bytes <= PART ? (spare.pop() ?? Buffer.allocUnsafeSlow(PART)) : Buffer.allocUnsafeSlow(bytes);
    const part = { bytes: memory, length: 0 };
    this.parts.push(part);
    return part;
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
