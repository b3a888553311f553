import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { userOf } from '../auth/auth-user.js';
import { clientOf } from '../http/client.js';
import type { Author } from './audit-log.repository.js';

/** Who asks for a change, and from where. */
export const CurrentAuthor = createParamDecorator((_: unknown, context: ExecutionContext): Author => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { userId: userOf(request).userId, client: clientOf(request) };
});
