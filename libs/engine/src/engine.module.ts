import { Module } from '@nestjs/common';
import { BacktestLoop, Backtests } from './backtest/index.js';
import { Counters } from './counters.js';
import { EngineVersions } from './engine-versions.js';
import { Entries } from './entries.js';
import { MatchLoop, WakeLoop } from './loops.js';
import { Monitors } from './monitors.js';
import { Runs } from './runs.js';
import { WebhookCalls } from './webhooks/webhook-calls.js';
import { WebhookTests } from './webhooks/webhook-tests.js';

@Module({
  providers: [
    BacktestLoop,
    Backtests,
    Counters,
    EngineVersions,
    MatchLoop,
    WakeLoop,
    Monitors,
    Entries,
    Runs,
    WebhookCalls,
    WebhookTests,
  ],
  exports: [
    BacktestLoop,
    Backtests,
    Counters,
    EngineVersions,
    MatchLoop,
    WakeLoop,
    Monitors,
    Entries,
    Runs,
    WebhookCalls,
    WebhookTests,
  ],
})
export class EngineModule {}
