import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors/domain-error.js';
import { isProbe } from '../http/probes.js';

export type LimitName = 'address' | 'tenant';

export const RATE_LIMIT_HEADERS = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] as const;

/** ThrottlerGuard for one of the limits, over all routes together. Probes and scrapers are never refused. */
abstract class LimitGuard extends ThrottlerGuard {
  protected abstract readonly limitName: LimitName;
  protected abstract trackerOf(request: FastifyRequest): string | undefined;

  override async onModuleInit(): Promise<void> {
    await super.onModuleInit();
    this.throttlers = this.throttlers.filter(({ name, limit }) => name === this.limitName && limit !== 0);
  }

  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    return Promise.resolve(isProbe(request) || this.trackerOf(request) === undefined);
  }

  protected override async handleRequest({ context, limit, ttl }: ThrottlerRequest): Promise<boolean> {
    const http = context.switchToHttp();
    const tracker = this.trackerOf(http.getRequest<FastifyRequest>()) ?? '';
    const { totalHits, timeToExpire, isBlocked, timeToBlockExpire } = await this.storageService.increment(
      tracker,
      ttl,
      limit,
      ttl,
      this.limitName,
    );
    tell(http.getResponse<FastifyReply>(), limit, Math.max(0, limit - totalHits), timeToExpire);
    if (!isBlocked) return true;
    throw new DomainError('too_many_requests', 'too_many_requests', 'Too many requests', {
      retryAfterSeconds: timeToBlockExpire,
    });
  }
}

/** Of an address, before anything is asked of the database for it. */
@Injectable()
export class AddressLimitGuard extends LimitGuard {
  protected readonly limitName = 'address';

  protected trackerOf({ ip }: FastifyRequest): string {
    return addressKey(ip);
  }
}

/** Of a tenant, whatever address, token or key its requests come with. */
@Injectable()
export class TenantLimitGuard extends LimitGuard {
  protected readonly limitName = 'tenant';

  protected trackerOf({ user }: FastifyRequest): string | undefined {
    return user?.userId;
  }
}

/** Of several limits the one that is closest is told. */
function tell(reply: FastifyReply, limit: number, remaining: number, resetSeconds: number): void {
  const [limitHeader, remainingHeader, resetHeader] = RATE_LIMIT_HEADERS;
  const told = reply.getHeader(remainingHeader);
  if (told !== undefined && Number(told) <= remaining) return;
  void reply
    .header(limitHeader, String(limit))
    .header(remainingHeader, String(remaining))
    .header(resetHeader, String(resetSeconds));
}

/** Whoever has an IPv6 address has 2^64 of them: they count as one. */
export function addressKey(ip: string): string {
  const [address = ''] = ip.split('%', 1);
  if (!address.includes(':') || address.includes('.')) return address.replace(/^.*:/, '');
  const [head = '', tail] = address.split('::', 2) as [string, string?];
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array<string>(Math.max(0, zeros)).fill('0'), ...rest].slice(0, 4).join(':');
}
