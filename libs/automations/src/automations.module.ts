import { Module } from '@nestjs/common';
import { Automations } from './automations.js';
import { Lifecycle } from './lifecycle.js';
import { Presence } from './presence.js';
import { Publishing } from './publishing.js';

@Module({
  providers: [Automations, Publishing, Lifecycle, Presence],
  exports: [Automations, Publishing, Lifecycle, Presence],
})
export class AutomationsModule {}
