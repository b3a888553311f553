import { Global, Inject, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Redis } from 'ioredis';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { Metrics } from '../telemetry/metrics.js';
import { AddressLimitGuard, TenantLimitGuard, type LimitName } from './rate-limit.guards.js';
import { RateLimitStorage } from './rate-limit-storage.js';

/** What a request may wait for Redis. */
const REDIS_TIMEOUT_MS = 100;

/** The connection that rate limits are counted over: none without REDIS_URL. */
@Injectable()
export class RateLimitRedis implements OnApplicationShutdown {
  readonly client: Redis | null;

  constructor(@Inject(APP_CONFIG) { redis: { url } }: AppConfig) {
    this.client =
      url === undefined
        ? null
        : new Redis(url, {
            connectionName: 'ethhook-admin-rate-limits',
            enableOfflineQueue: false,
            maxRetriesPerRequest: 0,
            commandTimeout: REDIS_TIMEOUT_MS,
            connectTimeout: 1000,
            retryStrategy: (tries) => Math.min(tries * 100, 1000),
          });
    // The storage says once that it is away; each try to come back would say it again.
    this.client?.on('error', (error: Error) => new Logger(RateLimitRedis.name).debug(error.message));
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

@Global()
@Module({
  providers: [
    RateLimitRedis,
    {
      provide: RateLimitStorage,
      inject: [RateLimitRedis, Metrics],
      useFactory: ({ client }: RateLimitRedis, metrics: Metrics) => {
        const storage = new RateLimitStorage(client);
        metrics.observedCounter(
          {
            name: 'ethhook_rate_limit_redis_failures_total',
            help: 'Requests that were counted in this process alone because Redis failed.',
          },
          () => [{ labels: {}, value: storage.failures }],
        );
        return storage;
      },
    },
  ],
  exports: [RateLimitStorage],
})
class RateLimitStorageModule {}

const throttler = ThrottlerModule.forRootAsync({
  imports: [RateLimitStorageModule],
  inject: [APP_CONFIG, RateLimitStorage],
  useFactory: ({ protection }: AppConfig, storage: RateLimitStorage): ThrottlerModuleOptions => {
    const ttl = protection.rateWindowSeconds * 1000;
    const limit = (name: LimitName, requests: number) => ({ name, ttl, limit: requests });
    return {
      throttlers: [limit('address', protection.perAddress), limit('tenant', protection.perTenant)],
      storage,
    };
  },
});

/** To be imported before what authenticates: guards run in the order of their modules. */
@Module({
  imports: [throttler],
  providers: [{ provide: APP_GUARD, useClass: AddressLimitGuard }],
})
export class AddressLimitModule {}

/** To be imported after it. */
@Module({
  imports: [throttler],
  providers: [{ provide: APP_GUARD, useClass: TenantLimitGuard }],
})
export class TenantLimitModule {}
