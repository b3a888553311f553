import type { PlannedAccounts, PlannedApplication, PlannedEndpoint } from './planned-accounts.js';
import { chains } from './chains.js';
import { eventShapes } from './event-shapes.js';
import { alphanumerics, stream, WeightedChoice, type Random } from './random.js';

const DAY_US = 86_400_000_000;
const endpointNames = [
  'Ledger sync',
  'Alerts',
  'Analytics',
  'Compliance',
  'Notifications',
  'Settlement',
  'Archive',
];

export interface EndpointChoices {
  chain: WeightedChoice;
  shape: WeightedChoice;
}

export const endpointChoices = (): EndpointChoices => ({
  chain: new WeightedChoice(chains.map((chain) => chain.weight)),
  shape: new WeightedChoice(eventShapes.map((shape) => shape.weight)),
});

/** The endpoints of the last planned application: 1–6, at most 5 in the free tier. */
export function planEndpoints(random: Random, plan: PlannedAccounts, choices: EndpointChoices): void {
  const applicationIndex = plan.applications.length - 1;
  const application = plan.applications[applicationIndex] as PlannedApplication;
  const { userIndex } = application;
  const isFree = plan.users[userIndex]?.tier === 'free';
  const ofUser = plan.endpointsOfUser[userIndex] as number[];
  const count = random.integer(userIndex === 0 ? 3 : 1, isFree ? 5 : 6);
  for (let i = 0; i < count; i++) {
    const index = plan.endpoints.length;
    const endpoint = planEndpoint(random, index, applicationIndex, application);
    watchEvents(random, endpoint, ofUser.length, choices);
    plan.endpoints.push(endpoint);
    ofUser.push(index);
  }
}

function planEndpoint(
  random: Random,
  index: number,
  applicationIndex: number,
  application: PlannedApplication,
): PlannedEndpoint {
  random.seek(stream.endpoints, index);
  const name = random.pick(endpointNames);
  return {
    id: random.uuid(),
    applicationIndex,
    userIndex: application.userIndex,
    name,
    webhookUrl: `https://hooks.t${application.userIndex + 1}.example.com/ethhook/${name.toLowerCase().replaceAll(' ', '-')}-${index}`,
    description: random.chance(0.3) ? `${name} for ${application.name}` : null,
    hmacSecret: random.text(64, alphanumerics),
    chainIndexes: [],
    shapeIndex: null,
    contracts: [],
    rateLimitPerSecond: random.pick([10, 10, 10, 50, 100]),
    maxRetries: random.pick([5, 5, 5, 3]),
    timeoutSeconds: random.pick([30, 30, 30, 15, 10]),
    createdAtUs: application.createdAtUs + Math.floor(random.unit() * 14 * DAY_US),
    deactivatedAtUs: null,
    downSinceUs: null,
    medianMs: 120 * Math.exp(0.35 * random.normal()),
    answerStyle: random.pick([0, 0, 1, 1, 2, 3]),
    failureFactor: Math.exp(0.6 * random.normal()) * (random.chance(0.1) ? 4 : 1),
  };
}

/**
 * The first two endpoints of every user watch the transfers on Ethereum, so that every user with two has events that
 * match several endpoints, and any two users can share some. One signature at most: EthHook's matcher wants all the
 * listed ones among the topics of one event.
 */
function watchEvents(
  random: Random,
  endpoint: PlannedEndpoint,
  ordinal: number,
  choices: EndpointChoices,
): void {
  const chosen = new Set([ordinal < 2 ? 0 : choices.chain.draw(random)]);
  const size = random.chance(0.8) ? 1 : random.integer(2, 3);
  while (chosen.size < size) chosen.add(choices.chain.draw(random));
  endpoint.chainIndexes = [...chosen];
  const shapeIndex = choices.shape.draw(random);
  if (ordinal < 2) endpoint.shapeIndex = 0;
  else endpoint.shapeIndex = random.chance(0.1) ? null : shapeIndex;
}
