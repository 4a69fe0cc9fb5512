import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { AppError, Database, LOG, UnreadableSecret, Vault, type Log, type VaultKeys } from '#platform';
import type { FastifyReply } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { CortexRequest } from '../permission/permission.js';
import { contractOf } from './route.js';

interface KeyRow {
  request_hash: Buffer;
  status: number | null;
  sealed: string | null;
}

/**
 * `Idempotency-Key` on any POST: the first answer is replayed for 24 hours, another body under the same key is 409.
 * A request that failed leaves no trace, so it may be tried again; so does one whose process died half-way,
 * after a minute. Answers hold keys and invitation links, and requests hold passwords: an answer is kept encrypted, a
 * request as a mark that cannot be guessed.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    @Inject(LOG) private readonly log: Log,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<CortexRequest>();
    const key = request.headers['idempotency-key'];
    const contract = contractOf(context);
    if (key === undefined || request.method !== 'POST' || !request.actor || contract?.raw) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return from(
      this.once(request, reply, String(key), () => lastValueFrom(next.handle(), { defaultValue: undefined })),
    );
  }

  private async once(
    request: CortexRequest,
    reply: FastifyReply,
    key: string,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
      throw new AppError(
        'invalid_idempotency_key',
        'Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.',
      );
    }
    const caller = `${request.actor!.kind}:${request.actor!.id}`;
    const keys = await this.vault.keys();
    const asked = askedBy(request);
    const kept = await this.claim(caller, key, keys.mark(asked));
    if (kept) {
      if (!keys.isMark(kept.request_hash, asked)) {
        throw new AppError(
          'idempotency_key_reused',
          'This Idempotency-Key was used for another request within the last 24 hours. Use a new key.',
        );
      }
      if (kept.status === null)
        throw new AppError(
          'request_in_progress',
          'The first request with this Idempotency-Key is still running. Try again in a moment.',
        );
      reply.status(kept.status).header('idempotency-replayed', 'true');
      return openAnswer(keys, kept.sealed!, caller, key);
    }
    try {
      const answer = await work();
      await this.database.run(
        'update cortex.request_keys set status = $3, sealed = $4 where caller = $1 and key = $2',
        [caller, key, reply.statusCode, keys.seal(JSON.stringify(answer ?? null), aboutAnswer(caller, key))],
      );
      return answer;
    } catch (error) {
      await this.database
        .run('delete from cortex.request_keys where caller = $1 and key = $2 and status is null', [caller, key])
        .catch((failure: unknown) => this.log.warn({ err: failure }, 'idempotency key not released'));
      throw error;
    }
  }

  /** Takes the key, or says what is kept under it. */
  private async claim(caller: string, key: string, hash: Buffer): Promise<KeyRow | undefined> {
    return this.database.tx(async (tx) => {
      await tx.run(
        `delete from cortex.request_keys where caller = $1 and key = $2
           and (created_at < cortex.now() - interval '24 hours'
                or status is null and created_at < cortex.now() - interval '1 minute')`,
        [caller, key],
      );
      const taken = await tx.run(
        'insert into cortex.request_keys (caller, key, request_hash) values ($1, $2, $3) on conflict do nothing',
        [caller, key, hash],
      );
      if (taken > 0) return undefined;
      return tx.row<KeyRow>(
        'select request_hash, status, sealed from cortex.request_keys where caller = $1 and key = $2',
        [caller, key],
      );
    });
  }
}

/** Everything that makes a request another one. */
const askedBy = ({ method, url, body }: CortexRequest): Buffer =>
  Buffer.concat([
    Buffer.from(`${method} ${url}\n`),
    Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? null)),
  ]);

const aboutAnswer = (caller: string, key: string): string => `answer ${caller} ${key}`;

/** @throws AppError 409 when it was kept under a secret that is not known any more: the work is done, and is not done again */
function openAnswer(keys: VaultKeys, sealed: string, caller: string, key: string): unknown {
  try {
    return JSON.parse(keys.open(sealed, aboutAnswer(caller, key)));
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    throw new AppError(
      'secret_unreadable',
      'This was done with the first request, but its answer was encrypted under another CORTEX_SECRET and cannot be given again.',
    );
  }
}
