import { planAccounts } from './accounts-plan.js';
import type { PlannedAccounts, PlannedEndpoint } from './planned-accounts.js';
import { meanFirstFailure } from './delivery-outcomes.js';
import { planEndpointStates } from './endpoint-states.js';
import { weighFeeds } from './feed-weights.js';
import { planFeeds, type Feed } from './feeds-plan.js';
import { IngestionClock } from './ingestion-clock.js';
import { Random, WeightedChoice } from './random.js';

export interface DemoShape {
  events: number;
  users: number;
  /** Whole days up to `until`. */
  days: number;
  seed: number;
  until: Date;
  emailDomain: string;
}

/** All that the rows are made from, small enough to be held whole: accounts, feeds and their probabilities. */
export interface DemoPlan {
  shape: DemoShape;
  /** The same key gives the same rows; the domain is in it so that two loads never share an id. */
  key: string;
  clock: IngestionClock;
  accounts: PlannedAccounts;
  feeds: Feed[];
  feedChoice: WeightedChoice;
  /** By endpoint: the probability that a first attempt fails. */
  firstFailure: number[];
}

const MAX_FIRST_FAILURE = 0.6;

export function planDemoData(shape: DemoShape): DemoPlan {
  const key = `ethhook-demo/1/${shape.seed}/${shape.emailDomain}`;
  const random = new Random(key);
  const clock = new IngestionClock(shape.until.getTime() * 1000, shape.days, shape.events);
  const accounts = planAccounts(random, shape.users, shape.emailDomain, clock);
  planEndpointStates(random, accounts, clock);
  const plannedFeeds = planFeeds(random, accounts);
  const weights = weighFeeds(plannedFeeds, accounts);
  const { feeds } = plannedFeeds;
  const firstFailure = failureProbabilities(accounts.endpoints, feeds, weights);
  return { shape, key, clock, accounts, feeds, feedChoice: new WeightedChoice(weights), firstFailure };
}

/** Scaled so that the mean over the deliveries, not over the endpoints, is the wanted one. */
function failureProbabilities(
  endpoints: readonly PlannedEndpoint[],
  feeds: readonly Feed[],
  weights: readonly number[],
): number[] {
  let deliveries = 0;
  let factors = 0;
  feeds.forEach((feed, i) => {
    for (const index of feed.endpointIndexes) {
      deliveries += weights[i] as number;
      factors += (weights[i] as number) * (endpoints[index]?.failureFactor ?? 1);
    }
  });
  const scale = (meanFirstFailure() * deliveries) / factors;
  return endpoints.map((endpoint) => Math.min(MAX_FIRST_FAILURE, scale * endpoint.failureFactor));
}
