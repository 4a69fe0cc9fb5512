import { Module } from '@nestjs/common';
import { DesignRenderer } from './design-renderer.js';
import { LinkTokens } from './link-tokens.js';
import { SignUpForms } from './sign-up-forms.js';
import { MailBlocks } from './mail-blocks.js';
import { Media } from './media.js';
import { MediaJobs } from './media-jobs.js';
import { TemplateVersions } from './template-versions.js';
import { Templates } from './templates.js';
import { Topics } from './topics.js';

const services = [
  DesignRenderer,
  LinkTokens,
  MailBlocks,
  Media,
  MediaJobs,
  SignUpForms,
  TemplateVersions,
  Templates,
  Topics,
];

@Module({ providers: services, exports: services })
export class EmailsModule {}
