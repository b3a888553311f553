import { BentoCache, bentostore, errors } from 'bentocache';
import { MemoryDriver } from 'bentocache/drivers/memory';
import type { GetSetFactoryContext } from 'bentocache/types';
import { LRUCache } from 'lru-cache';
import type { Budget } from './budget.js';
import { keptSerializer, type Kept } from './kept.js';
import type { SharedTier } from './shared-tier.js';

const MAX_ENTRIES = 1000;
/** Of the memory's bound: one answer must not push out most of the others. */
const MAX_SHARE = 1 / 16;
/** Of an entry beside its text, in bytes: key, head and the LRU's own. */
const ENTRY_OVERHEAD = 512;
/** What is fresh for a shorter time is not worth a trip to Redis: the read itself takes 1 to 5 ms. */
const SHARED_FROM_MS = 2000;

/** How long an answer is fresh, and for how long after that it may be given while it is read anew. */
export interface Lifetime {
  readonly freshMs: number;
  readonly staleMs: number;
}

/** Memory over Redis. bentocache has the order of the tiers, one read at a time for a key, and stale-while-revalidate. */
export class Tiers {
  private readonly memory: LRUCache<string, string>;
  /** Of those in memory that were asked for; its texts are parts of theirs. */
  private readonly parsed = new Map<string, Kept>();
  private readonly cache;

  constructor(
    private readonly shared: SharedTier,
    memoryBytes: number,
    onRefreshError: () => void,
  ) {
    this.memory = new LRUCache({
      max: MAX_ENTRIES,
      maxSize: memoryBytes,
      maxEntrySize: Math.floor(memoryBytes * MAX_SHARE),
      sizeCalculation: (text) => Buffer.byteLength(text) + ENTRY_OVERHEAD,
      dispose: (_text, key) => this.parsed.delete(key),
    });
    const memory = { options: {}, factory: () => new MemoryDriver({ cacheInstance: this.memory }) };
    const redis = { options: {}, factory: () => shared };
    this.cache = new BentoCache({
      default: 'memory',
      prefix: '',
      serializer: keptSerializer,
      onFactoryError: ({ isBackgroundFactory }) => {
        if (isBackgroundFactory) onRefreshError();
      },
      stores: {
        memory: bentostore().useL1Layer(memory),
        both: bentostore().useL1Layer(memory).useL2Layer(redis),
      },
    });
  }

  get size() {
    return { entries: this.memory.size, bytes: this.memory.calculatedSize };
  }

  /** What is kept, be it stale, else what is read; then it is kept. Rejects as `read` does. */
  getOrRead(key: string, lifetime: Lifetime, budget: Budget, read: () => Promise<Kept>): Promise<Kept> {
    const store = this.storeFor(lifetime);
    const factory = (context: GetSetFactoryContext) =>
      store === 'both' ? this.readForAll(context, key, lifetime, read) : read();
    const get = () => this.cache.use(store).getOrSet({ key, factory, ...timesOf(lifetime) });
    const found = store === 'both' ? this.shared.within(key, budget, get) : get();
    return found.catch(throwCause);
  }

  /** What is in memory, be it stale. */
  peek(key: string): Kept | undefined {
    const text = this.memory.get(key);
    if (text === undefined) return undefined;
    const known = this.parsed.get(key);
    if (known !== undefined) return known;
    const { value } = keptSerializer.deserialize(text);
    this.parsed.set(key, value);
    return value;
  }

  /** What is kept and fresh. */
  get(key: string): Promise<Kept | undefined> {
    return this.cache.use('both').get<Kept>({ key, grace: false });
  }

  async delete(key: string): Promise<boolean> {
    return this.cache.use('both').delete({ key });
  }

  /** In place of what was kept, for everybody. */
  async set(key: string, lifetime: Lifetime, value: Kept): Promise<void> {
    await this.cache.use(this.storeFor(lifetime)).set({ key, value, ...timesOf(lifetime) });
  }

  private storeFor = ({ freshMs }: Lifetime) => (freshMs < SHARED_FROM_MS ? 'memory' : 'both');

  /** One process reads, the others are given what it has read. */
  private async readForAll(
    context: GetSetFactoryContext,
    key: string,
    { staleMs }: Lifetime,
    read: () => Promise<Kept>,
  ): Promise<Kept> {
    const taken = await this.shared.take(key, staleMs);
    if (taken !== undefined) {
      const { value } = keptSerializer.deserialize(taken);
      context.setOptions({ ttl: Math.max(1, value.freshUntil - Date.now()), skipL2Write: true });
      return value;
    }
    try {
      return await read();
    } catch (error) {
      this.shared.release(key);
      throw error;
    }
  }
}

/** In bentocache's terms grace has the fresh time in it, and time-out 0 is: do not wait for what is read anew. */
const timesOf = ({ freshMs, staleMs }: Lifetime) => ({
  ttl: freshMs,
  grace: staleMs > 0 ? freshMs + staleMs : (false as const),
  timeout: 0,
});

function throwCause(error: unknown): never {
  throw error instanceof errors.E_FACTORY_ERROR ? error.cause : error;
}
