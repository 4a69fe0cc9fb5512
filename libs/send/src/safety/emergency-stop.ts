import { Injectable } from '@nestjs/common';
import {
  AppError,
  closeAttention,
  Config,
  Database,
  readSettings,
  recordAudit,
  type Actor,
  type SettingsRow,
} from '#platform';

export interface SendingState {
  stopped: boolean;
  stopped_at: string | null;
  stopped_by: string | null;
  reason: string | null;
  /** Stopped from outside by CORTEX_SENDING=off; no screen can resume that. */
  off_by_environment: boolean;
}

const columns = ['sending_stopped_at', 'sending_stopped_by', 'sending_stopped_reason'] as const;
type StopRow = Pick<SettingsRow, (typeof columns)[number]>;

/** The emergency stop for all mail. It holds within one batch: what is in a call already leaves. */
@Injectable()
export class EmergencyStop {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async state(): Promise<SendingState> {
    return this.present(await readSettings(this.database, ...columns));
  }

  /** Stopping what is stopped changes nothing. */
  async stop(actor: Actor, reason?: string): Promise<SendingState> {
    return this.database.tx(async (tx) => {
      const row = await tx.row<StopRow>(
        `update cortex.settings set sending_stopped_at = cortex.now(), sending_stopped_by = $1, sending_stopped_reason = $2
         where sending_stopped_at is null returning ${columns.join(', ')}`,
        [actor.label, reason || null],
      );
      if (row)
        await recordAudit(tx, actor, {
          action: 'sending.stopped',
          targetKind: 'settings',
          after: { reason: reason ?? null },
        });
      return this.present(row ?? (await readSettings(tx, ...columns)));
    });
  }

  /** @throws AppError 409 while the environment holds sending back */
  async resume(actor: Actor): Promise<SendingState> {
    if (this.config.env.CORTEX_SENDING === 'off') {
      throw new AppError('sending_off', 'CORTEX_SENDING=off holds all mail back. Set it to on and restart Cortex.');
    }
    return this.database.tx(async (tx) => {
      const stopped = await tx.run(
        `update cortex.settings set sending_stopped_at = null, sending_stopped_by = null, sending_stopped_reason = null
         where sending_stopped_at is not null`,
      );
      if (stopped > 0) await recordAudit(tx, actor, { action: 'sending.resumed', targetKind: 'settings' });
      await closeAttention(tx, 'sending_after_restore', actor.label);
      return this.present(await readSettings(tx, ...columns));
    });
  }

  private present(row: StopRow): SendingState {
    const off = this.config.env.CORTEX_SENDING === 'off';
    return {
      stopped: off || row.sending_stopped_at !== null,
      stopped_at: row.sending_stopped_at?.toISOString() ?? null,
      stopped_by: row.sending_stopped_by,
      reason: off ? 'CORTEX_SENDING is off.' : row.sending_stopped_reason,
      off_by_environment: off,
    };
  }
}
