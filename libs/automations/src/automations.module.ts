import { Module } from '@nestjs/common';
import { Automations } from './drafts/automations.js';
import { Lifecycle } from './publishing/lifecycle.js';
import { Presence } from './drafts/presence.js';
import { Publishing } from './publishing/publishing.js';

@Module({
  providers: [Automations, Publishing, Lifecycle, Presence],
  exports: [Automations, Publishing, Lifecycle, Presence],
})
export class AutomationsModule {}
