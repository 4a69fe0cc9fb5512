import { Module } from '@nestjs/common';
import { SmartListsModule } from '#smart-lists';
import { EnterPeople, EntryJobs, RemoveEntered } from './controls/enter-people.js';
import { RunControls } from './controls/run-controls.js';
import { Experiments } from './experiments/experiments.js';
import { MatchLoop } from './matching/match-loop.js';
import { BacktestLoop, Backtests, QuickBacktests, Storyboards } from './replay/index.js';
import { Counters } from './reports/counters.js';
import { Monitors } from './starts/monitors.js';
import { ScheduledEntries } from './starts/scheduled-entries.js';
import { EngineVersions } from './versions/engine-versions.js';
import { WakeLoop } from './waking/wake-loop.js';
import { LinkChecks } from './webhooks/link-checks.js';
import { WebhookCalls } from './webhooks/webhook-calls.js';
import { WebhookTests } from './webhooks/webhook-tests.js';

const parts = [
  BacktestLoop,
  Backtests,
  Counters,
  EngineVersions,
  EnterPeople,
  EntryJobs,
  Experiments,
  MatchLoop,
  Monitors,
  QuickBacktests,
  RemoveEntered,
  RunControls,
  ScheduledEntries,
  Storyboards,
  WakeLoop,
  WebhookCalls,
  WebhookTests,
  LinkChecks,
];

@Module({ imports: [SmartListsModule], providers: parts, exports: parts })
export class EngineModule {}
