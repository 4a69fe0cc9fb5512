import { Module } from '@nestjs/common';
import { EmailsModule } from '#emails';
import { Automations } from './drafts/automations.js';
import { Lifecycle } from './publishing/lifecycle.js';
import { Presence } from './drafts/presence.js';
import { Publishing } from './publishing/publishing.js';
import { Recipes } from './drafts/recipes.js';

const parts = [Automations, Publishing, Lifecycle, Presence, Recipes];

@Module({ imports: [EmailsModule], providers: parts, exports: parts })
export class AutomationsModule {}
