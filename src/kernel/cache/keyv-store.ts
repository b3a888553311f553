import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter } from 'keyv';
import { answerKey } from './answer-key.js';
import { Budget } from './budget.js';
import type { Tags } from './tags.js';
import type { Tiers } from './tiers.js';

/** Under Nest's CACHE_MANAGER: what is kept by hand goes into the same tiers, with their bounds. */
export class KeyvStore extends EventEmitter implements KeyvStoreAdapter {
  readonly opts = {};

  constructor(
    private readonly tags: Tags,
    private readonly tiers: Tiers,
    private readonly identity: string,
    private readonly freshMs: number,
  ) {
    super();
  }

  /** A text, as Keyv has made it. */
  async get<Value>(key: string): Promise<Value | undefined> {
    const kept = await this.tiers.get(await this.keyOf(key));
    return kept?.text as Value | undefined;
  }

  async set(key: string, text: string, ttlMs = this.freshMs): Promise<void> {
    if (ttlMs < 1) return;
    const now = Date.now();
    const lifetime = { freshMs: Math.ceil(ttlMs), staleMs: 0 };
    const kept = { text, trust: null, tag: '', readAt: now, freshUntil: now + lifetime.freshMs };
    await this.tiers.set(await this.keyOf(key), lifetime, kept);
  }

  async delete(key: string): Promise<boolean> {
    return this.tiers.delete(await this.keyOf(key));
  }

  async clear(): Promise<void> {
    await this.tags.invalidate(['all']);
  }

  private async keyOf(key: string): Promise<string> {
    return answerKey(this.identity, await this.tags.versions(['all'], new Budget()), `by hand: ${key}`);
  }
}
