import { Controller, Inject } from '@nestjs/common';
import { automationById } from '#automations';
import * as contracts from '#contracts';
import type { Backtest, InputOf } from '#contracts';
import { Backtests, emptyResult, QuickBacktests, simulate, type BacktestRow } from '#engine';
import { Database, LOG, type Actor, type Log } from '#platform';
import { Caller, Input, Route } from '../../http/routes/route.js';

@Controller()
export class BacktestsController {
  constructor(
    private readonly database: Database,
    private readonly backtests: Backtests,
    private readonly quick: QuickBacktests,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Route(contracts.startBacktest)
  async start(@Input() { params, body }: InputOf<typeof contracts.startBacktest>, @Caller() actor: Actor) {
    const { from, to, ...drawing } = body;
    const id = await this.backtests.start(actor, params.id, { ...drawing, from: new Date(from), to: new Date(to) });
    return { id };
  }

  @Route(contracts.quickBacktest)
  async ask(@Input() { params, body }: InputOf<typeof contracts.quickBacktest>) {
    const { from, to, ...drawing } = body;
    const window = from && to ? { window: { from: new Date(from), to: new Date(to) } } : {};
    return this.quick.ask(params.id, { ...drawing, ...window });
  }

  @Route(contracts.listBacktests)
  async list(@Input() { params }: InputOf<typeof contracts.listBacktests>) {
    await automationById(this.database, params.id);
    return { items: (await this.backtests.latest(params.id)).map(present) };
  }

  @Route(contracts.simulateAutomation)
  async simulate(@Input() { params, body }: InputOf<typeof contracts.simulateAutomation>) {
    const at = body.at === undefined ? await this.database.tx((tx) => tx.now()) : new Date(body.at);
    return simulate(this.database, params.id, { ...body, at }, this.log);
  }

  @Route(contracts.getBacktest)
  async get(@Input() { params }: InputOf<typeof contracts.getBacktest>) {
    return present(await this.backtests.get(params.id));
  }

  @Route(contracts.cancelBacktest)
  async cancel(@Input() { params }: InputOf<typeof contracts.cancelBacktest>) {
    return present(await this.backtests.cancel(params.id));
  }
}

/** A backtest as it is answered: what it came to stands beside what it is, and is empty until it is completed. */
const present = ({ result, ...row }: BacktestRow): Backtest => ({
  ...emptyResult(),
  ...result,
  ...row,
  from: row.from.toISOString(),
  to: row.to.toISOString(),
  created_at: row.created_at.toISOString(),
  ended_at: row.ended_at?.toISOString() ?? null,
  known_since: row.known_since?.toISOString() ?? null,
});
