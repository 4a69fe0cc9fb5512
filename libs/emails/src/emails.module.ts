import { Module } from '@nestjs/common';
import { LinkTokens } from './link-tokens.js';
import { Templates } from './templates.js';

@Module({ providers: [LinkTokens, Templates], exports: [LinkTokens, Templates] })
export class EmailsModule {}
