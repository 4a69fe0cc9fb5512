import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Crowding } from './crowding.js';

const KIB = 1024;

describe('what is in hand', () => {
  const request = (length?: number) =>
    ({
      headers: length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(length) },
    }) as unknown as FastifyRequest;
  const reply = () => ({ raw: new EventEmitter() }) as unknown as FastifyReply;

  it('is bounded by key and in all, until it is answered', () => {
    const crowding = new Crowding(() => false, { all: 100 * KIB, ofOne: 50 * KIB });
    const first = reply();
    crowding.enter('a', request(40 * KIB), first);
    expect(() => crowding.enter('a', request(10 * KIB), reply())).toThrow('More arrives than can be stored.');
    crowding.enter('b', request(40 * KIB), reply());
    // Together they have all that there is.
    expect(() => crowding.enter('c', request(20 * KIB), reply())).toThrow();
    first.raw.emit('close');
    crowding.enter('a', request(40 * KIB), reply());
  });

  it('lets nobody in of whom too much waits to be stored', () => {
    const crowding = new Crowding((by) => by === 'flood');
    expect(() => crowding.enter('flood', request(10), reply())).toThrow('More arrives than can be stored.');
    crowding.enter('other', request(10), reply());
  });

  it('counts a body of unknown length as a large one', () => {
    const crowding = new Crowding(() => false, { all: 100 * KIB, ofOne: 50 * KIB });
    expect(() => crowding.enter('a', request(), reply())).toThrow();
  });
});
