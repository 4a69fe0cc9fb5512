import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AppError } from '#platform';
import { wasLetThrough, type CortexRequest } from './permission.js';

/** Holds every handler to `askPermissionFirst`: one that no contract names has no row in the table, so nobody may call it. */
@Injectable()
export class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (wasLetThrough(context.switchToHttp().getRequest<CortexRequest>())) return true;
    throw new AppError('unknown_route', 'There is nothing at this address.');
  }
}
