import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { Budget } from './budget.js';
import { CacheMetrics } from './cache-metrics.js';
import { assertAll, type LinkListener, RedisLink } from './redis-link.js';
import { CHANNEL, tagName } from './redis-names.js';
import { messageOf, tagsOf, type Tag } from './tag.js';

/** Those that this process knows without asking. */
const MAX_KNOWN = 10_000;
/** A version that ends makes a miss, no more. */
const VERSION_MS = 3_600_000;

/**
 * Each tag has a version, a random word that is part of the keys of all answers with that tag. To invalidate is to forget
 * the version: the next reader makes up a new one, and what has the old one in its key is never found again, also when it
 * is stored later. The versions are in Redis; while it is away, and without one, each process has its own.
 */
@Injectable()
export class Tags implements LinkListener {
  private readonly known = new LRUCache<Tag, string>({ max: MAX_KNOWN });
  /** Grows with each change of `known` that others have caused. */
  private changes = 0;
  private learnt: (tags: readonly Tag[]) => void = () => undefined;

  constructor(
    private readonly link: RedisLink,
    private readonly metrics: CacheMetrics,
  ) {
    link.listen(this);
  }

  /**
   * Called before anything is read under versions that this process did not know: they may have been made up since a change,
   * so what is read must have all that was written until now. A replica that is behind would be kept for half a minute.
   */
  onLearnt(listener: (tags: readonly Tag[]) => void): void {
    this.learnt = listener;
  }

  /** In the order of the tags. At once where they are known. */
  versions(tags: readonly Tag[], budget: Budget): string | Promise<string> {
    const versions: string[] = [];
    for (const tag of tags) {
      const version = this.known.get(tag);
      if (version === undefined) return this.learn(tags, budget);
      versions.push(version);
    }
    return versions.join();
  }

  /**
   * False where only this process knows of it: there is no Redis, or it is away, and those who have it again begin anew.
   * Never rejects.
   */
  async invalidate(tags: readonly Tag[]): Promise<boolean> {
    this.forget(tags);
    const reachedAll = await this.link.use(new Budget(), async (redis) => {
      await publish(redis, tags);
      return true;
    });
    // It may have been learnt again before Redis had it.
    this.forget(tags);
    this.metrics.invalidated(reachedAll ?? false);
    return reachedAll ?? false;
  }

  /** Nobody knows what was invalidated while a session was away, so nothing of before counts. */
  async greet(redis: Redis): Promise<void> {
    await publish(redis, ['all']);
  }

  heard(message: string): void {
    this.forget(tagsOf(message) ?? ['all']);
  }

  changed(): void {
    this.changes++;
    this.known.clear();
  }

  private async learn(tags: readonly Tag[], budget: Budget): Promise<string> {
    const before = this.changes;
    const found = await this.link.use(budget, (redis) => readVersions(redis, tags));
    this.learnt(tags);
    const versions = found ?? tags.map((tag) => this.known.get(tag) ?? randomUUID());
    // What was heard meanwhile is newer than what was read.
    if (this.changes === before || found === undefined)
      for (const [index, tag] of tags.entries()) this.known.set(tag, versions[index] ?? '');
    return versions.join();
  }

  private forget(tags: readonly Tag[]): void {
    this.changes++;
    for (const tag of tags) this.known.delete(tag);
  }
}

/** Returns how many heard it. */
export async function publish(redis: Redis, tags: readonly Tag[]): Promise<number> {
  // Neither needs memory: a full Redis takes both.
  const pipeline = redis.pipeline().unlink(tags.map(tagName)).publish(CHANNEL, messageOf(tags));
  return Number(assertAll(await pipeline.exec()).at(-1));
}

async function readVersions(redis: Redis, tags: readonly Tag[]): Promise<string[]> {
  const pipeline = redis.pipeline();
  for (const tag of tags) pipeline.set(tagName(tag), randomUUID(), 'PX', VERSION_MS, 'NX').get(tagName(tag));
  const results = assertAll(await pipeline.exec());
  return tags.map((_, index) => {
    const version = results[2 * index + 1];
    // One that has ended just now is none.
    return typeof version === 'string' ? version : randomUUID();
  });
}
