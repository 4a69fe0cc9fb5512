import { Controller, Inject, Res, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ActivityTail, MOST_OF_A_LOOK, type TailActivity, type TailFilter } from '#activities';
import * as contracts from '#contracts';
import type { InputOf } from '#contracts';
import { LOG, type Log } from '#platform';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { eventText, EventStreams, send } from '../../http/routes/event-streams.js';
import { Input, Route } from '../../http/routes/route.js';

const TICK_MS = 1000;
const KEEP_ALIVE_TICKS = 15;
/** Ticks after which a listener has to come again, so that whoever may no longer read is not shown more. */
const LONGEST_TICKS = 300;
const MOST_LISTENERS = 20;

interface Listener {
  filter: TailFilter;
  /** What it was told of, as long as it may be found again. */
  seen: ReadonlySet<string>;
  ticks: number;
}

/** Activities as they come in, for who watches. */
@Controller()
export class LiveController implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly streams = new EventStreams<Listener>(MOST_LISTENERS);
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly tail: ActivityTail,
    private readonly host: HttpAdapterHost,
    @Inject(LOG) private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    // A stream that stays open would hold up the server's stop.
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('preClose', (done) => {
      this.end();
      done();
    });
  }

  beforeApplicationShutdown(): void {
    this.end();
  }

  @Route(contracts.liveActivities)
  async listen(
    @Input() { query }: InputOf<typeof contracts.liveActivities>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.streams.assertRoom();
    const newest = await this.tail.newest(query);
    this.streams.assertRoom();
    const listener: Listener = { filter: query, seen: new Set(), ticks: 0 };
    this.streams.begin(reply, listener, () => this.stop());
    tell(reply, listener, newest);
    this.timer ??= setInterval(() => void this.tick(), TICK_MS);
  }

  private async tick(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.look();
    } finally {
      this.looking = false;
    }
  }

  /** Listeners who asked for the same share one look. */
  private async look(): Promise<void> {
    const looks = new Map<string, Promise<TailActivity[] | undefined>>();
    for (const [reply, listener] of this.streams) {
      const key = JSON.stringify(listener.filter);
      if (!looks.has(key)) looks.set(key, this.found(listener.filter));
      const newest = await looks.get(key)!;
      if (newest) tell(reply, listener, newest);
      listener.ticks += 1;
      if (listener.ticks >= LONGEST_TICKS) reply.raw.end();
      else if (listener.ticks % KEEP_ALIVE_TICKS === 0) send(reply, ': still here\n\n');
    }
  }

  /** One look that fails takes nothing from those who asked for something else. */
  private found(filter: TailFilter): Promise<TailActivity[] | undefined> {
    return this.tail.newest(filter).catch((error: unknown) => {
      this.log.warn({ err: error }, 'looking for new activities failed');
      return undefined;
    });
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private end(): void {
    this.stop();
    this.streams.end();
  }
}

/** Sends what a listener does not know yet, in the order of time. */
function tell(reply: FastifyReply, listener: Listener, newest: readonly TailActivity[]): void {
  const fresh = newest.filter(({ id }) => !listener.seen.has(id));
  listener.seen = new Set(newest.map(({ id }) => id));
  const texts = fresh.toReversed().map((activity) => eventText('activity', activity));
  // A look that is full of what nobody has seen has left some out.
  if (fresh.length === MOST_OF_A_LOOK && listener.ticks > 0) texts.unshift(eventText('skipped', {}));
  if (texts.length > 0) send(reply, texts.join(''));
}
