import type { HeaderValue } from './secrets.js';

/**
 * What a step wants done in the world, as data. The engine performs effects inside the step's own
 * transaction; the backtester counts them. One file per effect in `libs/engine/src/effects/`.
 */
export type Effect =
  | {
      type: 'email.send';
      stream: 'broadcast' | 'transactional';
      template_id?: string;
      subject?: string;
      preheader?: string;
      html?: string;
      text?: string;
      from?: string;
      topic_id?: string;
    }
  | { type: 'contact.update'; set?: Record<string, unknown>; add_tags?: string[]; remove_tags?: string[] }
  | { type: 'activity.record'; activity_type: string; metadata: Record<string, unknown> }
  | { type: 'list.update'; smart_list_id: string; action: 'add' | 'remove' }
  | { type: 'team.notify'; to: string; subject: string; text: string }
  | { type: 'automation.enter'; automation_id: string }
  | { type: 'webhook.post'; url: string; body?: unknown; headers?: Record<string, HeaderValue> };

export type EffectType = Effect['type'];
