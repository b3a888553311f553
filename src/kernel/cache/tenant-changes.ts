import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { userOf } from '../auth/auth-user.js';
import { tagOf } from './tag.js';
import { Tags } from './tags.js';

@Injectable()
class TenantChangesInterceptor implements NestInterceptor {
  constructor(private readonly tags: Tags) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method === 'GET') return next.handle();
    try {
      return of(await lastValueFrom(next.handle()));
    } finally {
      // Also after an error: a COMMIT whose answer was lost may have been one.
      await this.tags.invalidate([tagOf('tenant', userOf(request).userId)]);
    }
  }
}

/**
 * What a controller's routes change shows in many answers of the tenant: none that is kept is given after a change, be it
 * of a name. Before the change is answered, and after its transaction.
 */
export const ChangesTenant = () => UseInterceptors(TenantChangesInterceptor);
