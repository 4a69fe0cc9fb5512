import { Module } from '@nestjs/common';
import { EngineVersions } from './engine-versions.js';
import { MatchLoop, WakeLoop } from './loops.js';
import { Monitors } from './monitors.js';
import { Runs } from './runs.js';

@Module({
  providers: [EngineVersions, MatchLoop, WakeLoop, Monitors, Runs],
  exports: [EngineVersions, MatchLoop, WakeLoop, Monitors, Runs],
})
export class EngineModule {}
