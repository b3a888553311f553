import type { PlannedAccounts, PlannedEndpoint } from './planned-accounts.js';
import type { DemoPeriod } from './ingestion-clock.js';
import { stream, type Random } from './random.js';

const INACTIVE_SHARE = 0.08;
const DOWN_SHARE = 0.02;
/** How much of the period, at its end, a receiver that is down has been so: too little to move the success rate. */
const DOWN_MAX_SHARE_OF_PERIOD = 0.05;

/**
 * Switches about 8 % of the endpoints off and takes the receivers of 2 % down. A user's first two endpoints stay up:
 * the events that match several endpoints need them, and inactive endpoints hand their events to the first.
 */
export function planEndpointStates(random: Random, accounts: PlannedAccounts, period: DemoPeriod): void {
  random.seek(stream.endpointStates, 0);
  const candidates = shuffled(
    random,
    accounts.endpointsOfUser
      .flatMap((ofUser) => ofUser.slice(2))
      .map((index) => accounts.endpoints[index] as PlannedEndpoint),
  );
  const total = accounts.endpoints.length;
  const inactive = candidates.splice(0, Math.max(1, Math.round(INACTIVE_SHARE * total)));
  const span = period.untilUs - period.startUs;
  for (const endpoint of inactive) {
    endpoint.deactivatedAtUs = period.startUs + Math.floor(random.between(-0.3, 0.95) * span);
    endpoint.deactivatedAtUs = Math.max(endpoint.deactivatedAtUs, endpoint.createdAtUs);
  }
  const down = downCandidates(candidates, accounts.users.length).slice(
    0,
    Math.max(2, Math.round(DOWN_SHARE * total)),
  );
  for (const endpoint of down) {
    endpoint.downSinceUs =
      period.untilUs - Math.floor(random.between(0.4, 1) * DOWN_MAX_SHARE_OF_PERIOD * span);
  }
}

/** Those of the busier tenants, where an outage shows, but not of the largest, whose outage would change all figures. */
function downCandidates(candidates: PlannedEndpoint[], users: number): PlannedEndpoint[] {
  const busy = candidates.filter(({ userIndex }) => userIndex > 0 && userIndex <= Math.ceil(users / 3));
  return busy.length > 0 ? busy : candidates;
}

function shuffled<T>(random: Random, items: T[]): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [items[i], items[j]] = [items[j] as T, items[i] as T];
  }
  return items;
}
