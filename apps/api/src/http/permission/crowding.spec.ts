import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Crowding } from './crowding.js';

const KIB = 1024;

describe('what is in hand', () => {
  const request = (length?: number, read = { bytesRead: 0 }) =>
    ({
      headers: length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) },
      raw: { socket: read },
    }) as unknown as FastifyRequest;
  const reply = () => ({ raw: new EventEmitter() }) as unknown as FastifyReply;
  /** Timers that are called by hand. */
  const setUp = (most: { all: number; ofOne: number }, isCrowdedBy: (by: string) => boolean = () => false) => {
    let timers: (() => void)[] = [];
    const after = (_ms: number, then: () => void) => {
      timers.push(then);
      return () => (timers = timers.filter((each) => each !== then));
    };
    const crowding = new Crowding(isCrowdedBy, most, { now: () => 0, after });
    const enter = (by: string, length?: number, to = reply()) => crowding.enter(by, request(length), to);
    return { crowding, enter, callTimers: () => timers.splice(0).forEach((then) => then()) };
  };
  const TOO_MUCH = 'More arrives than can be stored.';

  it('is bounded by key and in all, until it is answered', () => {
    const { enter } = setUp({ all: 100 * KIB, ofOne: 50 * KIB });
    const first = reply();
    expect(enter('a', 40 * KIB, first)).toBeUndefined();
    expect(() => enter('a', 10 * KIB)).toThrow(TOO_MUCH);
    void enter('b', 40 * KIB);
    // Together they have all that there is.
    expect(() => enter('c', 20 * KIB)).toThrow();
    first.raw.emit('close');
    expect(enter('a', 40 * KIB)).toBeUndefined();
  });

  it('lets nobody in of whom too much waits to be stored', () => {
    const { enter } = setUp({ all: 100 * KIB, ofOne: 50 * KIB }, (by) => by === 'flood');
    expect(() => enter('flood', 10)).toThrow(TOO_MUCH);
    expect(enter('other', 10)).toBeUndefined();
  });

  it('counts a body of unknown length as a large one', () => {
    const { enter } = setUp({ all: 100 * KIB, ofOne: 50 * KIB });
    expect(() => enter('a')).toThrow();
  });

  const MIB = 1024 * KIB;
  /** A megabyte is as much work as a key may take at once. */
  const LARGE = MIB - 4 * KIB;

  it('leaves a quarter to those who do not flood', () => {
    const { enter } = setUp({ all: 4 * MIB, ofOne: 4 * MIB });
    const first = reply();
    void enter('flood', LARGE, first);
    void enter('flood', LARGE);
    first.raw.emit('close');
    void enter('flood', LARGE);
    void enter('flood', LARGE);
    const refused = enter('flood', LARGE);
    expect(refused).toBeInstanceOf(Promise);
    refused!.catch(() => undefined);
    expect(enter('other', LARGE)).toBeUndefined();
  });

  it('keeps back what it refuses of a flood, of some at a time', async () => {
    let isCrowded = false;
    const { enter, callTimers } = setUp({ all: 64 * MIB, ofOne: 16 * MIB }, (by) => by === 'flood' && isCrowded);
    void enter('flood', LARGE);
    void enter('flood', LARGE);
    isCrowded = true;
    const refused = Promise.allSettled(Array.from({ length: 128 }, () => enter('flood', 10)!));
    expect(() => enter('flood', 10)).toThrow(TOO_MUCH);
    callTimers();
    const answers = await refused;
    expect(answers).toHaveLength(128);
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    // There is room again.
    enter('flood', 10)!.catch(() => undefined);
    callTimers();
  });

  it('holds a flood while another key is there, counts what it takes unread, and the rest once it is its turn', async () => {
    const { enter, callTimers } = setUp({ all: 64 * MIB, ofOne: 3 * MIB });
    const answered = Array.from({ length: 4 }, reply);
    void enter('flood', LARGE, answered[0]);
    answered[0]!.raw.emit('close');
    void enter('flood', LARGE, answered[1]);
    answered[1]!.raw.emit('close');
    void enter('other', 10);
    const held = [enter('flood', LARGE, answered[2]), enter('flood', LARGE, answered[3])];
    await held[0];
    // One in hand, one held; of a third there is room for what is taken unread.
    const third = enter('flood', LARGE);
    answered[2]!.raw.emit('close');
    callTimers();
    await held[1];
    answered[3]!.raw.emit('close');
    callTimers();
    await expect(third).resolves.toBeUndefined();
  });

  it('counts a body of unknown length by what was read of it, once it is there', () => {
    const { crowding, enter } = setUp({ all: 64 * MIB, ofOne: 16 * MIB });
    void enter('other', 10);
    const read = { bytesRead: 1000 };
    const send = () => {
      const answer = reply();
      const entered = crowding.enter('chunks', request(undefined, read), answer);
      return { entered, answer };
    };
    for (let n = 0; n < 50; n += 1) {
      const { entered, answer } = send();
      expect(entered).toBeUndefined();
      read.bytesRead += 500;
      answer.raw.emit('close');
    }
    const large = send();
    read.bytesRead += MIB;
    large.answer.raw.emit('close');
    expect(send().entered).toBeInstanceOf(Promise);
  });
});
