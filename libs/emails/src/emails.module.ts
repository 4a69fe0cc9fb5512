import { Module } from '@nestjs/common';
import { LinkTokens } from './link-tokens.js';
import { SignUpForms } from './sign-up-forms.js';
import { Templates } from './templates.js';
import { Topics } from './topics.js';

const parts = [LinkTokens, SignUpForms, Templates, Topics];

@Module({ providers: parts, exports: parts })
export class EmailsModule {}
