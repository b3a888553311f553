import { isIP } from 'node:net';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const MAX_USER_AGENT_LENGTH = 500;

/** Where a request came from, for the audit log. */
export interface Client {
  /** As far as TRUST_PROXY_HOPS lets a proxy say so; null where that is no IP address. */
  readonly ip: string | null;
  /** Printable characters only, at most 500 of them. */
  readonly userAgent: string | null;
}

export const CurrentClient = createParamDecorator((_: unknown, context: ExecutionContext): Client =>
  clientOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

export const clientOf = ({ ip, headers }: FastifyRequest): Client => ({
  ip: address(ip),
  userAgent: printable(headers['user-agent']),
});

// A link-local address may have a zone, which PostgreSQL's inet does not know; a proxy may send any text.
function address(ip: string): string | null {
  const [withoutZone = ''] = ip.split('%', 1);
  return isIP(withoutZone) === 0 ? null : withoutZone;
}

function printable(userAgent: string | undefined): string | null {
  const text = userAgent?.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_USER_AGENT_LENGTH);
  return text === undefined || text === '' ? null : text;
}
