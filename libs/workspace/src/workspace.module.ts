import { Module } from '@nestjs/common';
import { Attention } from './attention.js';
import { DemoData } from './demo-data.js';
import { Forgetting } from './retention/forgetting.js';
import { KeptData } from './retention/kept-data.js';
import { Settings } from './settings.js';

const providers = [Attention, DemoData, Forgetting, KeptData, Settings];

/** How this installation is set up, and what in it needs a person. */
@Module({ providers, exports: providers })
export class WorkspaceModule {}
