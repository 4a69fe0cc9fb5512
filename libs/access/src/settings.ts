import { Injectable } from '@nestjs/common';
import { Config, Database, invalidRequest, recordAudit, type Actor, type Tx } from '#platform';

/** The columns that a request may change; JSON ones are cast. */
const CHANGEABLE: Record<string, 'plain' | 'json'> = {
  name: 'plain',
  timezone: 'plain',
  currency: 'plain',
  sender_broadcast: 'plain',
  sender_transactional: 'plain',
  postal_address: 'plain',
  mail_unanswered: 'plain',
  quiet_hours: 'json',
  frequency_cap: 'json',
  settle_seconds: 'plain',
  retry_unknown_transactional: 'plain',
  event_aliases: 'json',
};

interface SettingsRow {
  name: string;
  timezone: string;
  currency: string;
  sender_broadcast: string | null;
  sender_transactional: string | null;
  postal_address: string | null;
  mail_unanswered: boolean;
  quiet_hours: unknown;
  frequency_cap: unknown;
  settle_seconds: number;
  retry_unknown_transactional: boolean;
  event_aliases: Record<string, string>;
  sending_stopped_at: Date | null;
  sending_stopped_by: string | null;
  sending_stopped_reason: string | null;
  demo: boolean;
  updated_at: Date;
}

const COLUMNS = [
  ...Object.keys(CHANGEABLE),
  'sending_stopped_at',
  'sending_stopped_by',
  'sending_stopped_reason',
  'demo',
  'updated_at',
].join(', ');

/** The workspace's settings: one row. */
@Injectable()
export class Settings {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async read() {
    return this.present((await this.database.row<SettingsRow>(`select ${COLUMNS} from cortex.settings`))!);
  }

  /** Changes what is given. @throws AppError 400 when the time zone is unknown to the database */
  async change(actor: Actor, change: Record<string, unknown>) {
    return this.database.tx(async (tx) => {
      const before = await this.locked(tx);
      const changed = Object.keys(change).filter((name) => name in CHANGEABLE && change[name] !== undefined);
      if (changed.length === 0) return this.present(before);
      if (change.timezone !== undefined) await this.assertTimezone(tx, String(change.timezone));
      const values = changed.map((name) =>
        CHANGEABLE[name] === 'json' && change[name] !== null ? JSON.stringify(change[name]) : change[name],
      );
      const sets = changed.map((name, at) => `${name} = $${at + 1}${CHANGEABLE[name] === 'json' ? '::jsonb' : ''}`);
      await tx.run(`update cortex.settings set ${sets.join(', ')}, updated_at = cortex.now()`, values);
      const after = (await tx.row<SettingsRow>(`select ${COLUMNS} from cortex.settings`))!;
      const part = (row: SettingsRow) =>
        Object.fromEntries(changed.map((name) => [name, row[name as keyof SettingsRow]]));
      await recordAudit(tx, actor, {
        action: 'settings.changed',
        targetKind: 'settings',
        before: part(before),
        after: part(after),
      });
      return this.present(after);
    });
  }

  private async locked(tx: Tx): Promise<SettingsRow> {
    return (await tx.row<SettingsRow>(`select ${COLUMNS} from cortex.settings for update`))!;
  }

  private async assertTimezone(tx: Tx, zone: string): Promise<void> {
    if (await tx.row('select from pg_timezone_names where name = $1', [zone])) return;
    throw invalidRequest('The settings were not changed.', [
      { pointer: '/timezone', message: 'This is not a time zone. Use an IANA name, e.g. Europe/Berlin.' },
    ]);
  }

  private present(row: SettingsRow) {
    return {
      ...row,
      sending_stopped_at: row.sending_stopped_at?.toISOString() ?? null,
      updated_at: row.updated_at.toISOString(),
      mode: this.config.hasPostmark ? ('postmark' as const) : ('outbox' as const),
      public_url: this.config.publicUrl,
    };
  }
}
