import { EventsReads, LiveEventsReads, OriginalEventsReads } from '../../src/modules/events/index.js';
import {
  buildRollups,
  LiveStatisticsReads,
  OriginalStatisticsReads,
  StatisticsReads,
} from '../../src/modules/statistics/index.js';
import type { QueryRunner } from '../../src/kernel/database/database.js';

/** The server's default of FOLD_MAX_TAIL_ROWS. */
const MAX_TAIL_ROWS = 5000;

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
export const liveReaders = (runner: QueryRunner): Readers => {
  const original = originalReaders(runner);
  return {
    statistics: new LiveStatisticsReads(runner, MAX_TAIL_ROWS, original.statistics),
    events: new LiveEventsReads(runner, MAX_TAIL_ROWS, original.events),
  };
};

/** Fills the rollups of a database that was loaded without a running fold. */
export const buildRollupsOf = (databaseUrl: string, signal: AbortSignal): Promise<void> =>
  buildRollups(databaseUrl, undefined, signal);
