import type { NodeType } from '#graph';
import type { ComponentType } from 'react';
import type { FormProps } from '../form';
import { SendEmailForm } from './send-email';
import { WebhookForm } from './webhook';

/** Steps whose form is more than their fields. All others are drawn from their schema alone. */
export const overrides: Record<string, ComponentType<FormProps>> = {
  send_email: SendEmailForm,
  webhook: WebhookForm,
} satisfies Partial<Record<NodeType, ComponentType<FormProps>>>;
