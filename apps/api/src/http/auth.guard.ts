import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiKeys, StaffSignIn } from '#access';
import { permissions, type RouteDefinition } from '#contracts';
import { AppError, type Actor } from '#platform';
import type { FastifyRequest } from 'fastify';
import { contractOf, type CortexRequest } from './route.js';

/** Lets a request through when the contract's row of the permission table holds for its session or key. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly keys: ApiKeys,
    private readonly staff: StaffSignIn,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const contract = contractOf(context);
    // A handler without a contract has no row in the table, so nobody may call it.
    if (!contract) throw new AppError('unknown_route', 'There is nothing at this address.');
    if (contract.access === 'open') return true;
    const request = context.switchToHttp().getRequest<CortexRequest>();
    const actor = await this.identify(request);
    assertAllowed(contract, actor);
    request.actor = actor;
    return true;
  }

  private async identify(request: FastifyRequest): Promise<Actor> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const actor = await this.keys.find(authorization);
      if (!actor)
        throw new AppError(
          'unknown_api_key',
          'This API key does not exist or has been revoked. Send Authorization: Bearer <key>.',
        );
      return actor;
    }
    const actor = await this.staff.actorOf(request.headers);
    if (!actor)
      throw new AppError('not_signed_in', 'Sign in at /sign-in, or send an API key as Authorization: Bearer <key>.');
    if (request.method !== 'GET' && request.method !== 'HEAD') this.staff.assertTrustedOrigin(request.headers);
    return actor;
  }
}

/** Whether the contract's row of the permission table holds for the caller. */
export function isAllowed(contract: RouteDefinition, actor: Actor): boolean {
  if (contract.access === 'open' || actor.kind === 'system') return true;
  const row = permissions[contract.access];
  if (actor.kind === 'staff') return row.roles.includes(actor.role);
  return actor.scopes.some((scope) => row.scopes.includes(scope));
}

function assertAllowed(contract: RouteDefinition, actor: Actor): void {
  if (isAllowed(contract, actor) || contract.access === 'open' || actor.kind === 'system') return;
  const row = permissions[contract.access];
  if (actor.kind === 'staff') {
    throw new AppError(
      'not_allowed',
      `Your role is ${actor.role}; this needs ${row.roles.join(' or ')}. Ask an administrator.`,
    );
  }
  if (row.scopes.length === 0) throw new AppError('not_allowed', 'Only signed-in staff can do this, not API keys.');
  throw new AppError(
    'not_allowed',
    `This key has the scopes ${actor.scopes.join(', ') || 'none'}; this needs ${row.scopes.join(' or ')}.`,
  );
}
