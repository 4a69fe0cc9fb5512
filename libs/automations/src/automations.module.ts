import { Module } from '@nestjs/common';
import { Automations } from './automations.js';
import { Lifecycle } from './lifecycle.js';
import { Publishing } from './publishing.js';

@Module({ providers: [Automations, Publishing, Lifecycle], exports: [Automations, Publishing, Lifecycle] })
export class AutomationsModule {}
