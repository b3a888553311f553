import type { PlannedAccounts, PlannedEndpoint } from './planned-accounts.js';
import { chains } from './chains.js';
import { eventShapes } from './event-shapes.js';
import { stream, WeightedChoice, type Random } from './random.js';

/** One contract's events; `endpointIndexes` are all the endpoints that match them by chain, contract and signature. */
export interface Feed {
  chainIndex: number;
  shapeIndex: number;
  contract: string;
  endpointIndexes: readonly number[];
  /** Share among the feeds of its user (own feeds) or of all (shared ones). */
  weight: number;
  /** From then on its events are those of the feed `fallback`. */
  untilUs: number | null;
  fallback: number;
}

export interface PlannedFeeds {
  feeds: Feed[];
  /** By user, as indexes: the feeds with one endpoint, and those with several of the same user. */
  singleOfUser: number[][];
  multipleOfUser: number[][];
  /** Feeds with endpoints of several users. */
  shared: number[];
}

/** Keeps an endpoint's contract list under the 2.7 kB that fit EthHook's index on it. */
const MAX_SHARED_OF_ENDPOINT = 12;
const MAX_SHARED_FEEDS = 200;
const TRANSFER = 0;

export function planFeeds(random: Random, accounts: PlannedAccounts): PlannedFeeds {
  random.seek(stream.feeds, 0);
  return new FeedPlanner(random, accounts).plan();
}

class FeedPlanner {
  private readonly feeds: Feed[] = [];
  private readonly popular = chains.map((chain) => [...chain.popularContracts]);
  private readonly joinedShared = new Map<number, number>();

  constructor(
    private readonly random: Random,
    private readonly accounts: PlannedAccounts,
  ) {}

  plan(): PlannedFeeds {
    const { endpointsOfUser } = this.accounts;
    const singleOfUser = endpointsOfUser.map((ofUser) => this.singleFeeds(ofUser));
    const multipleOfUser = endpointsOfUser.map((ofUser) => this.multipleFeeds(ofUser));
    return { feeds: this.feeds, singleOfUser, multipleOfUser, shared: this.sharedFeeds() };
  }

  /** For each endpoint 1–3 contracts that nobody else watches. */
  private singleFeeds(ofUser: readonly number[]): number[] {
    const added: number[] = [];
    for (const index of ofUser) {
      const { chainIndexes, deactivatedAtUs } = this.endpoint(index);
      const share = this.random.between(0.2, 1) ** 2;
      const count = Math.max(chainIndexes.length, this.random.integer(1, 3));
      for (let i = 0; i < count; i++) {
        const chainIndex = chainIndexes[i % chainIndexes.length] as number;
        const feed = this.add([index], chainIndex, this.shapeOf(index), share / count);
        added.push(feed);
        Object.assign(this.feeds[feed] as Feed, { untilUs: deactivatedAtUs, fallback: added[0] });
      }
    }
    return added;
  }

  /** Contracts that two of the user's endpoints watch, one in ten times three; none for a user with one endpoint. */
  private multipleFeeds(ofUser: readonly number[]): number[] {
    const active = ofUser.filter((index) => this.isActive(index));
    if (active.length < 2) return [];
    // The first two endpoints of a user share Ethereum and the signature.
    const added = [this.add(active.slice(0, 2), 0, TRANSFER, this.random.between(0.2, 1))];
    for (let i = 0; i < Math.min(8, active.length / 3); i++) {
      const first = this.random.pick(active);
      const chainIndex = this.random.pick(this.endpoint(first).chainIndexes);
      const shapeIndex = this.shapeOf(first);
      const others = active.filter((index) => index !== first && this.watches(index, chainIndex, shapeIndex));
      while (others.length > (this.random.chance(0.1) ? 2 : 1)) {
        others.splice(this.random.integer(0, others.length - 1), 1);
      }
      if (others.length > 0) {
        added.push(this.add([first, ...others], chainIndex, shapeIndex, this.random.between(0.2, 1)));
      }
    }
    return added;
  }

  /** Popular contracts, each watched by an endpoint of two users, one in ten times of three. */
  private sharedFeeds(): number[] {
    const users = this.accounts.users.length;
    if (users < 2) return [];
    const choice = new WeightedChoice(this.accounts.users.map((_, rank) => 1 / (rank + 1)));
    const firstOf = (user: number) => this.accounts.endpointsOfUser[user]?.[0] as number;
    const added = [this.addShared([firstOf(0), firstOf(1)], 0, TRANSFER)];
    for (let i = 0; i < Math.min(MAX_SHARED_FEEDS, users); i++) {
      const firstUser = choice.draw(this.random);
      const first = this.random.pick(this.accounts.endpointsOfUser[firstUser] as number[]);
      if (!this.canJoinShared(first)) continue;
      const chainIndex = this.random.pick(this.endpoint(first).chainIndexes);
      const shapeIndex = this.shapeOf(first);
      const members = new Map([[firstUser, first]]);
      const size = this.random.chance(0.1) ? 3 : 2;
      for (let tries = 0; tries < 30 && members.size < size; tries++) {
        const user = choice.draw(this.random);
        const match = this.accounts.endpointsOfUser[user]?.find(
          (index) => this.canJoinShared(index) && this.watches(index, chainIndex, shapeIndex),
        );
        if (match !== undefined && !members.has(user)) members.set(user, match);
      }
      if (members.size > 1) added.push(this.addShared([...members.values()], chainIndex, shapeIndex));
    }
    return added;
  }

  private addShared(endpointIndexes: number[], chainIndex: number, shapeIndex: number): number {
    for (const index of endpointIndexes)
      this.joinedShared.set(index, (this.joinedShared.get(index) ?? 0) + 1);
    return this.add(endpointIndexes, chainIndex, shapeIndex, this.random.between(0.2, 1));
  }

  private add(endpointIndexes: number[], chainIndex: number, shapeIndex: number, weight: number): number {
    const isShared = new Set(endpointIndexes.map((index) => this.endpoint(index).userIndex)).size > 1;
    const known = isShared && shapeIndex === TRANSFER ? this.popular[chainIndex]?.shift() : undefined;
    const contract = known ?? `0x${this.random.hex(5)}`;
    for (const index of endpointIndexes) this.endpoint(index).contracts.push(contract);
    const feed = { chainIndex, shapeIndex, contract, endpointIndexes, weight, untilUs: null, fallback: -1 };
    return this.feeds.push(feed) - 1;
  }

  /** What a contract that this endpoint watches emits. */
  private shapeOf(index: number): number {
    return this.endpoint(index).shapeIndex ?? this.random.integer(0, eventShapes.length - 1);
  }

  private watches(index: number, chainIndex: number, shapeIndex: number): boolean {
    const endpoint = this.endpoint(index);
    const hasSignature = endpoint.shapeIndex === null || endpoint.shapeIndex === shapeIndex;
    return hasSignature && this.isActive(index) && endpoint.chainIndexes.includes(chainIndex);
  }

  private canJoinShared(index: number): boolean {
    return this.isActive(index) && (this.joinedShared.get(index) ?? 0) < MAX_SHARED_OF_ENDPOINT;
  }

  private isActive(index: number): boolean {
    return this.endpoint(index).deactivatedAtUs === null;
  }

  private endpoint(index: number): PlannedEndpoint {
    return this.accounts.endpoints[index] as PlannedEndpoint;
  }
}
