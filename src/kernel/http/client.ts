import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const MAX_USER_AGENT_LENGTH = 500;

/** Where a request came from, for the audit log. */
export interface Client {
  /** As far as TRUST_PROXY_HOPS lets a proxy say so. */
  readonly ip: string;
  /** Printable characters only, at most 500 of them. */
  readonly userAgent: string | null;
}

export const CurrentClient = createParamDecorator((_: unknown, context: ExecutionContext): Client => {
  const { ip, headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return { ip, userAgent: printable(headers['user-agent']) };
});

function printable(userAgent: string | undefined): string | null {
  const text = userAgent?.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_USER_AGENT_LENGTH);
  return text === undefined || text === '' ? null : text;
}
