import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, UnreadableSecret, Vault, type Tx, type VaultKeys } from '#platform';

const REMEMBERED_MS = 2000;
const MAX_REMEMBERED = 2000;
/** What is remembered under a key is asked for by its hash, so that guesses of any length cost the same memory. */
const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();
const aboutSigning = (id: string): string => `signing secret of the write key ${id}`;

/** What a page may do with its key. */
export interface WriteKey {
  id: string;
  name: string;
  allowsType(type: string): boolean;
  /** Whether a page of this origin may use it, as the header `Origin` says it. */
  allowsOrigin(origin: string | undefined): boolean;
  /** Whether the shop's server has signed this address: HMAC-SHA-256 with the key's signing secret, in hexadecimal. */
  isProof(email: string, signature: string): boolean;
}

/**
 * Makes the secret with which the shop's server signs addresses; it is kept encrypted.
 * @returns the secret, which is shown once
 */
export async function giveSigningSecret(tx: Tx, vault: VaultKeys, id: string): Promise<string> {
  const secret = `cx_sign_${randomBytes(30).toString('base64url')}`;
  await tx.run('update cortex.api_keys set signing_secret = $2 where id = $1', [
    id,
    vault.seal(secret, aboutSigning(id)),
  ]);
  return secret;
}

/** Encrypts anew what was encrypted under an earlier secret that is still known. @returns how many */
export async function sealSigningOfKeysAnew(database: Database, vault: Vault): Promise<number> {
  const keys = await vault.keys();
  return database.tx(async (tx) => {
    const rows = await tx.rows<{ id: string; sealed: string }>(
      `select id, signing_secret as sealed from cortex.api_keys
       where not starts_with(signing_secret, $1)
         and exists (select from unnest($2::text[]) k where starts_with(signing_secret, k))
       for update`,
      [keys.current, keys.known],
    );
    for (const { id, sealed } of rows)
      await tx.run('update cortex.api_keys set signing_secret = $2 where id = $1', [
        id,
        keys.seal(keys.open(sealed, aboutSigning(id)), aboutSigning(id)),
      ]);
    return rows.length;
  });
}

/** Origins that are looked at; more sites than these have no proof in their links. */
const MOST_ORIGINS = 100;

/** The sites of the workspace: wherever a write key may be used. */
export async function originsOfPages(tx: Tx): Promise<string[]> {
  const rows = await tx.rows<{ origin: string }>(
    `select distinct o.origin from cortex.api_keys k cross join lateral unnest(k.allowed_origins) o (origin)
     where k.kind = 'write' and k.revoked_at is null order by o.origin limit ${MOST_ORIGINS}`,
  );
  return [...originSet(rows.map(({ origin }) => origin))];
}

/** As the header `Origin` says them. */
function originSet(given: readonly string[]): Set<string> {
  const origins = new Set(given.map((origin) => new URL(origin).origin));
  // Those without an origin of their own (files, sandboxed frames) all say “null”.
  origins.delete('null');
  return origins;
}

interface KeyRow {
  id: string;
  name: string;
  allowed_types: string[] | null;
  allowed_origins: string[] | null;
  signing_secret: string | null;
}

/** The keys that stand in web pages, where everybody can read them. */
@Injectable()
export class WriteKeys {
  private readonly remembered = new Map<string, { key: Promise<WriteKey | undefined>; until: number }>();

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
  ) {}

  /**
   * The write key of this text; undefined when there is none or it was revoked. An answer is remembered for two
   * seconds, so a revoked key may be good for that long.
   */
  find(text: string): Promise<WriteKey | undefined> {
    if (!/^\S{8,200}$/.test(text)) return Promise.resolve(undefined);
    const hash = hashOf(text);
    const mark = hash.toString('base64');
    const now = performance.now();
    const known = this.remembered.get(mark);
    if (known && known.until > now) return known.key;
    const key = this.load(hash);
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(mark, { key, until: now + REMEMBERED_MS });
    key.catch(() => this.remembered.delete(mark));
    return key;
  }

  private async load(hash: Buffer): Promise<WriteKey | undefined> {
    const row = await this.database.row<KeyRow>(
      `with found as (
         select id, name, allowed_types, allowed_origins, signing_secret, last_used_at
         from cortex.api_keys where hash = $1 and kind = 'write' and revoked_at is null
       ), used as (
         update cortex.api_keys k set last_used_at = cortex.now() from found f
         where k.id = f.id and (f.last_used_at is null or f.last_used_at < cortex.now() - interval '1 minute')
       )
       select id, name, allowed_types, allowed_origins, signing_secret from found`,
      [hash],
    );
    return row && toKey(row, await this.secretOf(row));
  }

  /** None that can be read: then nobody can be proven, and everything else goes on. */
  private async secretOf({ id, signing_secret }: KeyRow): Promise<string | undefined> {
    if (signing_secret === null) return undefined;
    try {
      return (await this.vault.keys()).open(signing_secret, aboutSigning(id));
    } catch (error) {
      if (error instanceof UnreadableSecret) return undefined;
      throw error;
    }
  }
}

function toKey({ id, name, allowed_types, allowed_origins }: KeyRow, secret: string | undefined): WriteKey {
  const types = new Set(allowed_types);
  const origins = originSet(allowed_origins ?? []);
  // Made for nobody: a key that signs with none takes as long to refuse a signature.
  const signing = secret ?? randomBytes(30).toString('base64url');
  return {
    id,
    name,
    allowsType: (type) => types.has(type),
    allowsOrigin: (origin) => origin !== undefined && origins.has(origin),
    isProof: (email, signature) => {
      const wanted = createHmac('sha256', signing).update(email).digest();
      const given = /^[0-9a-f]{64}$/i.test(signature) ? Buffer.from(signature, 'hex') : Buffer.alloc(wanted.length);
      return timingSafeEqual(wanted, given) && secret !== undefined;
    },
  };
}
