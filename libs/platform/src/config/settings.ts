import type { z } from 'zod';
import type { settingsFields } from '#contracts';
import { settingsSql, type SettingColumn } from '#rules';
import type { Database, Tx } from '../db/tx.js';

/** The one row of the workspace's settings, as the database has it. */
export interface SettingsRow extends z.infer<typeof settingsFields> {
  /** The brand that all templates were last drawn in. */
  drawn_brand: unknown;
  sending_stopped_at: Date | null;
  sending_stopped_by: string | null;
  sending_stopped_reason: string | null;
  demo: boolean;
  updated_at: Date;
}

/** These settings, as of now. Inside a larger statement `settingSql` of #rules reads one. */
export async function readSettings<Column extends SettingColumn>(
  from: Database | Tx,
  ...columns: Column[]
): Promise<Pick<SettingsRow, Column>> {
  return (await from.row<Pick<SettingsRow, Column>>(settingsSql(...columns)))!;
}

/** The same, and nobody else changes any before this transaction ends. */
export async function lockSettings<Column extends SettingColumn>(
  tx: Tx,
  ...columns: Column[]
): Promise<Pick<SettingsRow, Column>> {
  return (await tx.row<Pick<SettingsRow, Column>>(`${settingsSql(...columns)} for update`))!;
}
