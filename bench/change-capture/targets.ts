import type { Random } from '../../src/demo/random.js';
import { selectTargets } from '../live-statistics/write-cost.sql.js';
import { selectTenants } from '../live-statistics/tenants.sql.js';
import { withSession } from '../server/session.js';

/** An attempt, and where another one may go to. */
export interface Target {
  id: string;
  eventId: string;
  endpointId: string;
}

export interface Targets {
  /** Of the newest attempts, of all tenants. */
  targets: readonly Target[];
  /** The tenant with the most attempts. */
  userId: string;
  attempts: number;
}

export const readTargets = (databaseUrl: string): Promise<Targets> =>
  withSession(databaseUrl, async (query) => {
    const targets = await query<Target>(selectTargets);
    const [busiest] = await query<{ userId: string; attempts: number }>(selectTenants);
    if (busiest === undefined || targets.length === 0) throw new Error('there are no attempts');
    return { targets, ...busiest };
  });

export const drawTarget = (targets: readonly Target[], random: Random) =>
  targets[random.integer(0, targets.length - 1)] as Target;
