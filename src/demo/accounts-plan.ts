import { chains } from './chains.js';
import type { Receiver } from './delivery-outcomes.js';
import { eventShapes } from './event-shapes.js';
import type { DemoPeriod } from './ingestion-clock.js';
import { stream, WeightedChoice, type Random, type Uuid } from './random.js';

export interface PlannedUser {
  id: Uuid;
  email: string;
  name: string | null;
  fullName: string | null;
  tier: 'free' | 'starter' | 'pro' | 'enterprise';
  isAdmin: boolean;
  createdAtUs: number;
  lastLoginAtUs: number | null;
}

export interface PlannedApplication {
  id: Uuid;
  userIndex: number;
  name: string;
  description: string | null;
  webhookSecret: string;
  apiKey: string;
  createdAtUs: number;
}

export interface PlannedEndpoint extends Receiver {
  id: Uuid;
  applicationIndex: number;
  userIndex: number;
  name: string;
  description: string | null;
  hmacSecret: string;
  /** Indexes into `chains`. */
  chainIndexes: readonly number[];
  /** Index into `eventShapes`; null watches every event of its contracts. */
  shapeIndex: number | null;
  /** Filled by the feeds' plan. */
  contracts: string[];
  rateLimitPerSecond: number;
  maxRetries: number;
  createdAtUs: number;
  /** Inactive from then on. */
  deactivatedAtUs: number | null;
  /** How often its first attempts fail, against the mean of all endpoints. */
  failureFactor: number;
}

export interface PlannedAccounts {
  users: PlannedUser[];
  applications: PlannedApplication[];
  endpoints: PlannedEndpoint[];
  /** Each user's endpoints, as indexes. */
  endpointsOfUser: number[][];
}

const DAY_US = 86_400_000_000;
const alphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const givenNames = [
  'Ada',
  'Bruno',
  'Chidi',
  'Dalia',
  'Emre',
  'Freya',
  'Goran',
  'Hana',
  'Ines',
  'Jonas',
  'Kofi',
  'Leila',
];
const familyNames = [
  'Adler',
  'Bianchi',
  'Castro',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Haddad',
  'Ito',
  'Jensen',
];
const companies = [
  'Northwind',
  'Bluefin',
  'Copperline',
  'Driftwood',
  'Evergreen',
  'Foxglove',
  'Graphite',
  'Hightide',
];
const applicationNames = [
  'Payments',
  'Treasury',
  'Portfolio tracker',
  'Marketplace',
  'Bridge monitor',
  'Staging',
];
const endpointNames = [
  'Ledger sync',
  'Alerts',
  'Analytics',
  'Compliance',
  'Notifications',
  'Settlement',
  'Archive',
];

/** User 0 is the largest tenant; the last one is the admin. */
export function planAccounts(
  random: Random,
  users: number,
  emailDomain: string,
  period: DemoPeriod,
): PlannedAccounts {
  const plan: PlannedAccounts = { users: [], applications: [], endpoints: [], endpointsOfUser: [] };
  const choices: EndpointChoices = {
    chain: new WeightedChoice(chains.map((chain) => chain.weight)),
    shape: new WeightedChoice(eventShapes.map((shape) => shape.weight)),
  };
  for (let userIndex = 0; userIndex < users; userIndex++) {
    const user = planUser(random, userIndex, users, emailDomain, period);
    plan.users.push(user);
    plan.endpointsOfUser.push([]);
    const count = applicationCount(random, user, userIndex);
    for (let i = 0; i < count; i++) {
      plan.applications.push(planApplication(random, plan.applications.length, user, userIndex, i));
      planEndpoints(random, plan, choices);
    }
  }
  return plan;
}

function planUser(
  random: Random,
  index: number,
  users: number,
  emailDomain: string,
  period: DemoPeriod,
): PlannedUser {
  random.seek(stream.users, index);
  const isAdmin = index === users - 1;
  const person = `${random.pick(givenNames)} ${random.pick(familyNames)}`;
  const hasOnlyFullName = random.chance(0.15) && index > 0 && !isAdmin;
  return {
    id: random.uuid(),
    email: isAdmin ? `admin@${emailDomain}` : `tenant${index + 1}@${emailDomain}`,
    name: hasOnlyFullName ? null : person,
    fullName: hasOnlyFullName || random.chance(0.5) ? person : null,
    tier: tierOf(random, index, users),
    isAdmin,
    createdAtUs: period.startUs - Math.floor(random.between(30, 700) * DAY_US),
    lastLoginAtUs: random.chance(0.85)
      ? period.untilUs - Math.floor(random.unit() ** 2 * (period.untilUs - period.startUs))
      : null,
  };
}

/** Larger tenants pay for larger tiers, more or less. */
function tierOf(random: Random, index: number, users: number): PlannedUser['tier'] {
  const rank = index === 0 ? 0 : index / users + random.between(-0.15, 0.15);
  if (rank < 0.08) return 'enterprise';
  if (rank < 0.3) return 'pro';
  return rank < 0.6 ? 'starter' : 'free';
}

/** 1–4; the free tier allows one (subscription_limits). */
function applicationCount(random: Random, user: PlannedUser, userIndex: number): number {
  if (userIndex === 0) return 4;
  return user.isAdmin || user.tier === 'free' ? 1 : random.integer(1, 4);
}

function planApplication(
  random: Random,
  index: number,
  user: PlannedUser,
  userIndex: number,
  ordinal: number,
): PlannedApplication {
  random.seek(stream.applications, index);
  const name = applicationNames[(userIndex + ordinal) % applicationNames.length] as string;
  return {
    id: random.uuid(),
    userIndex,
    name: `${random.pick(companies)} ${name}`,
    description: random.chance(0.7) ? `${name} of tenant ${userIndex + 1}` : null,
    webhookSecret: random.text(64, alphanumerics),
    apiKey: `ethk_${random.text(32, alphanumerics)}`,
    createdAtUs: user.createdAtUs + Math.floor(random.unit() * 14 * DAY_US),
  };
}

interface EndpointChoices {
  chain: WeightedChoice;
  shape: WeightedChoice;
}

/** The endpoints of the last planned application: 1–6, at most 5 in the free tier. */
function planEndpoints(random: Random, plan: PlannedAccounts, choices: EndpointChoices): void {
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
