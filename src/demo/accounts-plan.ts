import { endpointChoices, planEndpoints } from './endpoints-plan.js';
import type { DemoPeriod } from './ingestion-clock.js';
import type { PlannedAccounts, PlannedApplication, PlannedUser } from './planned-accounts.js';
import { alphanumerics, stream, type Random } from './random.js';

const DAY_US = 86_400_000_000;
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

/** User 0 is the largest tenant; the last one is the admin. */
export function planAccounts(
  random: Random,
  users: number,
  emailDomain: string,
  period: DemoPeriod,
): PlannedAccounts {
  const plan: PlannedAccounts = { users: [], applications: [], endpoints: [], endpointsOfUser: [] };
  const choices = endpointChoices();
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
