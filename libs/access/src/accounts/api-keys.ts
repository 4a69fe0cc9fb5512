import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  Database,
  decodeCursor,
  encodeCursor,
  notFound,
  recordAudit,
  Vault,
  type Actor,
  type Scope,
  type Tx,
} from '#platform';
import { giveSigningSecret } from './write-keys.js';

const REMEMBERED_MS = 2000;
const MAX_REMEMBERED = 2000;

interface KeyRow {
  id: string;
  name: string;
  kind: 'server' | 'write';
  prefix: string;
  scopes: Scope[];
  allowed_types: string[] | null;
  allowed_origins: string[] | null;
  created_by: string | null;
  created_at: Date;
  created_exact: string;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

export interface NewApiKey {
  name: string;
  kind: 'server' | 'write';
  scopes?: Scope[];
  allowed_types?: string[];
  allowed_origins?: string[];
}

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();
const COLUMNS = `id, name, kind, prefix, scopes, allowed_types, allowed_origins, created_by, created_at,
  created_at::text as created_exact, last_used_at, revoked_at`;

/** Stores a key that is known already, or a new random one; only its hash stays. */
export async function insertApiKey(
  tx: Tx,
  wanted: NewApiKey,
  by: string,
  given?: string,
): Promise<{ id: string; key: string }> {
  const key = given ?? `cx_${wanted.kind === 'write' ? 'write_' : ''}${randomBytes(30).toString('base64url')}`;
  const row = await tx.row<{ id: string }>(
    `insert into cortex.api_keys (name, kind, prefix, hash, scopes, allowed_types, allowed_origins, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`,
    [
      wanted.name,
      wanted.kind,
      key.slice(0, given ? 4 : 9),
      hashOf(key),
      wanted.kind === 'write' ? [] : (wanted.scopes ?? []),
      wanted.allowed_types ?? null,
      wanted.allowed_origins ?? null,
      by,
    ],
  );
  return { id: row!.id, key };
}

export async function apiKeyExists(tx: Tx, key: string): Promise<boolean> {
  return (await tx.row('select from cortex.api_keys where hash = $1', [hashOf(key)])) !== undefined;
}

/** Machines' credentials: random, kept as SHA-256, with scopes, revocable. */
@Injectable()
export class ApiKeys {
  private readonly remembered = new Map<string, { actor: Promise<Actor | undefined>; until: number }>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /**
   * Who sends this Authorization header; undefined when the key is unknown or revoked. An answer is remembered for
   * two seconds, so a revoked key may be good for that long in another process.
   */
  find(authorization: string): Promise<Actor | undefined> {
    const known = this.remembered.get(authorization);
    const now = performance.now();
    if (known && known.until > now) return known.actor;
    const key = /^Bearer +(\S{8,200})$/i.exec(authorization)?.[1];
    if (!key) return Promise.resolve(undefined);
    const actor = this.load(key);
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(authorization, { actor, until: now + REMEMBERED_MS });
    actor.catch(() => this.remembered.delete(authorization));
    return actor;
  }

  private async load(key: string): Promise<Actor | undefined> {
    const row = await this.database.row<{ id: string; name: string; kind: string; scopes: Scope[] }>(
      `with found as (
         select id, name, kind, scopes, last_used_at from cortex.api_keys where hash = $1 and revoked_at is null
       ), used as (
         update cortex.api_keys k set last_used_at = cortex.now() from found f
         where k.id = f.id and (f.last_used_at is null or f.last_used_at < cortex.now() - interval '1 minute')
       )
       select id, name, kind, scopes from found`,
      [hashOf(key)],
    );
    return row && { kind: 'key', id: row.id, label: row.name, scopes: row.scopes };
  }

  /** A page of keys, newest first. */
  async list(filter: { limit: number; cursor?: string }) {
    const [at, id] = decodeCursor(filter.cursor, 2) ?? [null, null];
    const rows = await this.database.rows<KeyRow>(
      `select ${COLUMNS} from cortex.api_keys
       where $1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid)
       order by created_at desc, id desc limit $3`,
      [at, id, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    const last = items.at(-1);
    return {
      items: items.map(present),
      next_cursor: rows.length > filter.limit && last ? encodeCursor([last.created_exact, last.id]) : null,
    };
  }

  /** Makes a key; the key itself, and what a write key signs with, are in this answer and nowhere else. */
  async create(actor: Actor, wanted: NewApiKey) {
    const vault = await this.vault.keys();
    return this.database.tx(async (tx) => {
      const { id, key } = await insertApiKey(tx, wanted, actor.label);
      const signing = wanted.kind === 'write' ? { signing_secret: await giveSigningSecret(tx, vault, id) } : {};
      const row = await tx.row<KeyRow>(`select ${COLUMNS} from cortex.api_keys where id = $1`, [id]);
      const view = present(row!);
      await recordAudit(tx, actor, { action: 'api_key.created', targetKind: 'api_key', targetId: id, after: view });
      return { ...view, key, ...signing };
    });
  }

  /** @throws AppError 404 when there is no such key; revoking a revoked one changes nothing */
  async revoke(actor: Actor, id: string): Promise<void> {
    await this.database.tx(async (tx) => {
      const row = await tx.row<KeyRow>(`select ${COLUMNS} from cortex.api_keys where id = $1 for update`, [id]);
      if (!row) throw notFound('API key');
      if (row.revoked_at) return;
      await tx.run('update cortex.api_keys set revoked_at = cortex.now() where id = $1', [id]);
      await recordAudit(tx, actor, {
        action: 'api_key.revoked',
        targetKind: 'api_key',
        targetId: id,
        before: present(row),
      });
    });
    this.remembered.clear();
  }
}

function present({ created_exact: _exact, ...row }: KeyRow) {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}
