import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { Trusted, type Trust } from './trust.js';

export const TRUST_HEADERS = {
  asOf: 'X-Data-As-Of',
  exact: 'X-Data-Exact',
  source: 'X-Data-Source',
} as const satisfies Record<keyof Trust, string>;

/** Sends the trust of a Trusted answer in headers, and its body as if it had been returned alone. */
export class TrustInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    return next.handle().pipe(
      map((answer) => {
        if (!(answer instanceof Trusted)) return answer;
        const reply = context.switchToHttp().getResponse<FastifyReply>();
        void reply
          .header(TRUST_HEADERS.asOf, answer.trust.asOf)
          .header(TRUST_HEADERS.exact, String(answer.trust.exact))
          .header(TRUST_HEADERS.source, answer.trust.source);
        return (answer as Trusted<unknown>).body;
      }),
    );
  }
}
