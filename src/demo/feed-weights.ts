import type { PlannedAccounts } from './planned-accounts.js';
import type { PlannedFeeds } from './feeds-plan.js';
import { solveIncreasing } from './ingestion-clock.js';

const LARGEST_TENANT_SHARE = 0.35;
/** The exponent to six digits; each costs 80 ms with 10,000 users. */
const HALVINGS = 23;
/** Of the events with attempts, so that 15 % and 8 % of all events match several endpoints and several tenants. */
const MULTIPLE_SHARE = 0.15 / 0.95;
const SHARED_SHARE = 0.08 / 0.95;

/**
 * Each feed's share of the events. The users' shares follow Zipf's law, n^-s, with s such that 35 % of the deliveries are
 * the largest tenant's; below four users the nearest that a falling order allows (s = 0).
 */
export function weighFeeds(plan: PlannedFeeds, accounts: PlannedAccounts): number[] {
  const shareAt = (s: number) => largestShare(weightsAt(plan, accounts, s), plan, accounts);
  const s =
    shareAt(0) >= LARGEST_TENANT_SHARE ? 0 : solveIncreasing(shareAt, LARGEST_TENANT_SHARE, [0, 6], HALVINGS);
  return weightsAt(plan, accounts, s);
}

function weightsAt(plan: PlannedFeeds, accounts: PlannedAccounts, s: number): number[] {
  const weights = new Array<number>(plan.feeds.length).fill(0);
  const userWeights = normalised(accounts.users.map((_, rank) => (rank + 1) ** -s));
  const weightOf = (feeds: readonly number[]) => feeds.map((feed) => plan.feeds[feed]?.weight ?? 0);
  const spread = (feeds: readonly number[], share: number) =>
    normalised(weightOf(feeds)).forEach((weight, i) => (weights[feeds[i] as number] = share * weight));

  const withSeveral = normalised(userWeights.map((w, user) => (plan.multipleOfUser[user]?.length ? w : 0)));
  const multipleShare = withSeveral.some((w) => w > 0) ? MULTIPLE_SHARE : 0;
  const sharedShare = plan.shared.length > 0 ? SHARED_SHARE : 0;
  userWeights.forEach((w, user) => {
    spread(plan.singleOfUser[user] as number[], w * (1 - multipleShare - sharedShare));
    spread(plan.multipleOfUser[user] as number[], (withSeveral[user] as number) * multipleShare);
  });
  const byUsers = plan.shared.map((index) => {
    const feed = plan.feeds[index];
    const users =
      feed?.endpointIndexes.map((endpoint) => accounts.endpoints[endpoint]?.userIndex as number) ?? [];
    return (feed?.weight ?? 0) * users.reduce((sum, user) => sum + (userWeights[user] as number), 0);
  });
  normalised(byUsers).forEach((w, i) => (weights[plan.shared[i] as number] = w * sharedShare));
  return weights;
}

function largestShare(weights: readonly number[], plan: PlannedFeeds, accounts: PlannedAccounts): number {
  let all = 0;
  let largest = 0;
  plan.feeds.forEach((feed, i) => {
    for (const endpoint of feed.endpointIndexes) {
      all += weights[i] as number;
      if (accounts.endpoints[endpoint]?.userIndex === 0) largest += weights[i] as number;
    }
  });
  return largest / all;
}

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum === 0 ? weights.map(() => 0) : weights.map((weight) => weight / sum);
}
