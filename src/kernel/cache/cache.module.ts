import { CacheModule } from '@nestjs/cache-manager';
import { Global, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { Database } from '../database/database.js';
import { HealthComponents, type Component } from '../health/health-components.js';
import { CallerPlaces } from '../database/replicas/caller-places.js';
import { Answers } from './answers.js';
import { CacheController } from './cache.controller.js';
import { CacheMetrics } from './cache-metrics.js';
import { CacheService } from './cache.service.js';
import { identityOf } from './identity.js';
import { KeyvStore } from './keyv-store.js';
import { RedisLink } from './redis-link.js';
import { SharedTier } from './shared-tier.js';
import { tenantIdOf } from './tag.js';
import { Tags } from './tags.js';
import { Tiers } from './tiers.js';

const IDENTITY = Symbol('cache identity');

/** The engine beneath, without what Nest puts on it. */
@Global()
@Module({
  controllers: [CacheController],
  providers: [
    CacheMetrics,
    CacheService,
    { provide: IDENTITY, inject: [APP_CONFIG, Database], useFactory: identityOf },
    {
      provide: RedisLink,
      inject: [APP_CONFIG, CacheMetrics],
      useFactory: ({ redis }: AppConfig, metrics: CacheMetrics) =>
        new RedisLink(redis.url, (kind) => metrics.trouble(kind)),
    },
    Tags,
    {
      provide: Tiers,
      inject: [RedisLink, APP_CONFIG, CacheMetrics],
      useFactory: (link: RedisLink, { cache }: AppConfig, metrics: CacheMetrics) =>
        new Tiers(new SharedTier(link), cache.memoryBytes, () => metrics.refreshFailed()),
    },
    {
      provide: Answers,
      inject: [Tags, Tiers, RedisLink, CacheMetrics, IDENTITY],
      useFactory: (...parts: ConstructorParameters<typeof Answers>) => new Answers(...parts),
    },
    {
      provide: KeyvStore,
      inject: [Tags, Tiers, IDENTITY, APP_CONFIG],
      useFactory: (tags: Tags, tiers: Tiers, identity: string, { cache }: AppConfig) =>
        new KeyvStore(tags, tiers, identity, cache.freshMs),
    },
  ],
  exports: [Answers, Tags, KeyvStore],
})
class EngineModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly link: RedisLink,
    private readonly tiers: Tiers,
    private readonly metrics: CacheMetrics,
    private readonly tags: Tags,
    private readonly places: CallerPlaces,
    private readonly health: HealthComponents,
  ) {}

  async onModuleInit(): Promise<void> {
    this.tags.onLearnt((tags) => {
      for (const tag of tags) {
        const tenantId = tenantIdOf(tag);
        // Somebody may have written for them: no replica is read from that lacks what is there now.
        if (tenantId !== undefined) this.places.wrote(tenantId);
      }
    });
    this.metrics.observeMemory(() => this.tiers.size);
    if (this.link.isWanted) {
      this.metrics.observeRedis(() => this.link.isUp);
      this.health.register(redisHealth(this.link));
    }
    await this.link.start();
  }

  onApplicationShutdown(): void {
    this.link.stop();
  }
}

const redisHealth = (link: RedisLink): Component => {
  const away = { message: 'away: each instance keeps its own answers' };
  return {
    name: 'redis',
    whenSilent: { status: 'degraded', details: away },
    look: () => Promise.resolve(link.isUp ? { status: 'up' } : { status: 'degraded', details: away }),
  };
};

/** Answers in memory and in Redis, and Nest's own cache over the same tiers. */
@Module({
  imports: [
    EngineModule,
    CacheModule.registerAsync({
      isGlobal: true,
      inject: [KeyvStore],
      useFactory: (store: KeyvStore) => ({ stores: store }),
    }),
  ],
})
export class CachingModule {}
