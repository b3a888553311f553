import { Injectable } from '@nestjs/common';
import { entityTag } from '../http/etag.js';
import type { Trust } from '../http/trust.js';
import { answerKey } from './answer-key.js';
import { Budget } from './budget.js';
import type { Outcome } from './cache-headers.js';
import { CacheMetrics } from './cache-metrics.js';
import type { Kept } from './kept.js';
import { RedisLink } from './redis-link.js';
import type { Tag } from './tag.js';
import { Tags } from './tags.js';
import { Tiers, type Lifetime } from './tiers.js';

/** TTLs are up to so much shorter, so that what was read at once does not end at once. */
const JITTER = 0.2;
/** Without Redis nobody tells us what others have invalidated. */
const AWAY_MS = 500;

export interface Question {
  /** Who asks what: the same text is the same answer. */
  readonly text: string;
  readonly tags: readonly Tag[];
  readonly lifetime: Lifetime;
  /** Reads in any case, and keeps what it has read. */
  readonly isBypass: boolean;
}

export interface Answer {
  readonly kept: Kept;
  readonly outcome: Outcome;
  readonly ageMs: number;
}

export interface Fetched {
  readonly text: string;
  readonly trust: Trust | null;
}

/** Answers that are kept. A key has all that an answer depends on, also the versions of its tags. */
@Injectable()
export class Answers {
  /** One for all who ask the same at the same time. What it fails with is theirs too, and is not tried once for each. */
  private readonly flights = new Map<string, Promise<Answer>>();

  constructor(
    private readonly tags: Tags,
    private readonly tiers: Tiers,
    private readonly link: RedisLink,
    private readonly metrics: CacheMetrics,
    /** Of code, schema and database. */
    private readonly identity: string,
  ) {}

  /** Rejects as `fetch` does. */
  async get(question: Question, fetch: () => Promise<Fetched>): Promise<Answer> {
    const budget = new Budget();
    const versions = this.tags.versions(['all', ...question.tags], budget);
    const known = typeof versions === 'string' ? versions : await versions;
    const key = answerKey(this.identity, known, question.text);
    const answer = this.hit(key, question) ?? (await this.miss(key, question, budget, fetch));
    this.metrics.answered(answer.outcome);
    return answer;
  }

  /** What is fresh in memory needs nothing else. */
  private hit(key: string, { isBypass }: Question): Answer | undefined {
    const kept = isBypass ? undefined : this.tiers.peek(key);
    if (kept === undefined || Date.now() > kept.freshUntil) return undefined;
    return { kept, outcome: 'hit', ageMs: ageOf(kept) };
  }

  private miss(
    key: string,
    question: Question,
    budget: Budget,
    fetch: () => Promise<Fetched>,
  ): Promise<Answer> {
    const lifetime = this.lifetimeOf(question);
    if (question.isBypass) return this.bypass(key, lifetime, fetch);
    return this.share(key, () => this.find(key, lifetime, budget, fetch));
  }

  private share(key: string, find: () => Promise<Answer>): Promise<Answer> {
    const flying = this.flights.get(key);
    if (flying !== undefined) return flying;
    const flight = find().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }

  private async find(
    key: string,
    lifetime: Lifetime,
    budget: Budget,
    fetch: () => Promise<Fetched>,
  ): Promise<Answer> {
    let isRead = false;
    const read = async () => {
      const kept = keep(await fetch(), lifetime);
      isRead = true;
      return kept;
    };
    let kept = await this.tiers.getOrRead(key, lifetime, budget, read);
    // The memory counts the stale time from when it was given an answer, which may have been old then.
    if (Date.now() > kept.freshUntil + lifetime.staleMs)
      kept = await this.tiers.getOrRead(key, { ...lifetime, staleMs: 0 }, budget, read);
    const isStale = Date.now() > kept.freshUntil;
    return { kept, ageMs: ageOf(kept), outcome: isStale ? 'stale' : isRead ? 'miss' : 'hit' };
  }

  private async bypass(key: string, lifetime: Lifetime, fetch: () => Promise<Fetched>): Promise<Answer> {
    const kept = keep(await fetch(), lifetime);
    await this.tiers.set(key, lifetime, kept);
    return { kept, outcome: 'bypass', ageMs: ageOf(kept) };
  }

  private lifetimeOf({ lifetime: { freshMs, staleMs } }: Question): Lifetime {
    if (this.link.isWanted && !this.link.isUp) return { freshMs: Math.min(freshMs, AWAY_MS), staleMs: 0 };
    return { freshMs: Math.ceil(freshMs * (1 - JITTER * Math.random())), staleMs };
  }
}

const keep = (fetched: Fetched, { freshMs }: Lifetime, now = Date.now()): Kept => ({
  ...fetched,
  tag: entityTag(fetched.text),
  readAt: now,
  freshUntil: now + freshMs,
});

/** Clocks of two machines differ a little. */
const ageOf = ({ readAt }: Kept) => Math.max(0, Date.now() - readAt);
