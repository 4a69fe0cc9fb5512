import { Injectable } from '@nestjs/common';
import type { SettingsChange } from '#contracts';
import { brandFrom } from '#designs';
import {
  Config,
  Database,
  invalidRequest,
  lockSettings,
  readSettings,
  recordAudit,
  type Actor,
  type SettingsRow,
  type Tx,
} from '#platform';

/** The columns that a request may change; JSON ones are cast. */
const changeable: readonly (readonly [keyof SettingsChange, 'plain' | 'json'])[] = [
  ['name', 'plain'],
  ['timezone', 'plain'],
  ['currency', 'plain'],
  ['sender_broadcast', 'plain'],
  ['sender_transactional', 'plain'],
  ['postal_address', 'plain'],
  ['mail_unanswered', 'plain'],
  ['double_opt_in', 'plain'],
  ['consent_text', 'plain'],
  ['mail_tracking', 'plain'],
  ['mail_link_proof', 'plain'],
  ['attribution_days', 'plain'],
  ['quiet_hours', 'json'],
  ['frequency_cap', 'json'],
  ['settle_seconds', 'plain'],
  ['retry_unknown_transactional', 'plain'],
  ['event_aliases', 'json'],
  ['admins_need_second_factor', 'plain'],
  ['seed_lists', 'json'],
  ['brand', 'json'],
  ['retention', 'json'],
];

const columns = [
  ...changeable.map(([name]) => name),
  'sending_stopped_at',
  'sending_stopped_by',
  'sending_stopped_reason',
  'demo',
  'updated_at',
] as const;
type Shown = Pick<SettingsRow, (typeof columns)[number]>;

/** The workspace's settings: one row. */
@Injectable()
export class Settings {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async read() {
    return this.present(await readSettings(this.database, ...columns));
  }

  /** Changes what is given. @throws AppError 400 when the time zone is unknown to the database */
  async change(actor: Actor, wanted: SettingsChange) {
    return this.database.tx(async (tx) => {
      const before = await lockSettings(tx, ...columns);
      const retention = wanted.retention && { ...before.retention, ...wanted.retention };
      const change = { ...wanted, retention };
      const changed = changeable.filter(([name]) => change[name] !== undefined);
      if (changed.length === 0) return this.present(before);
      if (change.timezone !== undefined) await this.assertTimezone(tx, change.timezone);
      const values = changed.map(([name, kind]) =>
        kind === 'json' && change[name] !== null ? JSON.stringify(change[name]) : change[name],
      );
      const sets = changed.map(([name, kind], at) => `${name} = $${at + 1}${kind === 'json' ? '::jsonb' : ''}`);
      await tx.run(`update cortex.settings set ${sets.join(', ')}, updated_at = cortex.now()`, values);
      const after = await readSettings(tx, ...columns);
      const part = (row: Shown) => Object.fromEntries(changed.map(([name]) => [name, row[name]]));
      await recordAudit(tx, actor, {
        action: 'settings.changed',
        targetKind: 'settings',
        before: part(before),
        after: part(after),
      });
      return this.present(after);
    });
  }

  private async assertTimezone(tx: Tx, zone: string): Promise<void> {
    if (await tx.row('select from pg_timezone_names where name = $1', [zone])) return;
    throw invalidRequest('The settings were not changed.', [
      { pointer: '/timezone', message: 'This is not a time zone. Use an IANA name, e.g. Europe/Berlin.' },
    ]);
  }

  private present(row: Shown) {
    return {
      ...row,
      brand: brandFrom(row.brand),
      sending_stopped_at: row.sending_stopped_at?.toISOString() ?? null,
      updated_at: row.updated_at.toISOString(),
      mode: this.config.hasPostmark ? ('postmark' as const) : ('outbox' as const),
      public_url: this.config.publicUrl,
      unlayer_project_id: this.config.env.UNLAYER_PROJECT_ID ?? null,
    };
  }
}
