import { Module } from '@nestjs/common';
import { DesignRenderer } from './templates/design-renderer.js';
import { LinkProofs } from './messages/link-proof-use.js';
import { LinkTokens } from './rendering/link-tokens.js';
import { SignUpForms } from './subscriptions/sign-up-forms.js';
import { MailBlocks } from './templates/mail-blocks.js';
import { Media } from './media/media.js';
import { MediaJobs } from './media/media-jobs.js';
import { TemplateRedraw } from './templates/redraw-templates.js';
import { TemplateVersions } from './templates/template-versions.js';
import { Templates } from './templates/templates.js';
import { NamedSenders } from './messages/named-senders.js';
import { Topics } from './subscriptions/topics.js';

const services = [
  DesignRenderer,
  LinkProofs,
  LinkTokens,
  MailBlocks,
  Media,
  MediaJobs,
  NamedSenders,
  SignUpForms,
  TemplateRedraw,
  TemplateVersions,
  Templates,
  Topics,
];

@Module({ providers: services, exports: services })
export class EmailsModule {}
