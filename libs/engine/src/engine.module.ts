import { Module } from '@nestjs/common';
import { BacktestLoop, Backtests } from './replay/index.js';
import { Counters } from './reports/counters.js';
import { EngineVersions } from './versions/engine-versions.js';
import { Entries } from './starts/scheduled-entries.js';
import { MatchLoop, WakeLoop } from './loops.js';
import { Monitors } from './starts/monitors.js';
import { Runs } from './controls/run-controls.js';
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
