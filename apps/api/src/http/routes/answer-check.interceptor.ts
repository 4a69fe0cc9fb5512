import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { LOG, type Log } from '#platform';
import { tap, type Observable } from 'rxjs';
import { contractOf } from './route.js';

/** In tests and development: an answer that breaks its own contract is a failure, not a surprise for the reader. */
@Injectable()
export class AnswerCheckInterceptor implements NestInterceptor {
  constructor(@Inject(LOG) private readonly log: Log) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const contract = contractOf(context);
    if (!contract?.response || contract.raw) return next.handle();
    return next.handle().pipe(
      tap((answer) => {
        const asSent: unknown = answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
        const parsed = contract.response!.safeParse(asSent);
        if (parsed.success) return;
        this.log.error(
          { route: `${contract.method} ${contract.path}`, issues: parsed.error.issues },
          'answer breaks its contract',
        );
        throw new Error(`The answer of ${contract.method} ${contract.path} breaks its contract.`);
      }),
    );
  }
}
