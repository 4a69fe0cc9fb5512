import { Module } from '@nestjs/common';
import { EngineVersions } from './engine-versions.js';
import { Entries } from './entries.js';
import { MatchLoop, WakeLoop } from './loops.js';
import { Monitors } from './monitors.js';
import { Runs } from './runs.js';

@Module({
  providers: [EngineVersions, MatchLoop, WakeLoop, Monitors, Entries, Runs],
  exports: [EngineVersions, MatchLoop, WakeLoop, Monitors, Entries, Runs],
})
export class EngineModule {}
