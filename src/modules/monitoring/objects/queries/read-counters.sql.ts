import { sql } from '../../../../kernel/database/sql.js';

/** By counter, then by object. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface CountersRow {
  countedSince: string | null;
  counts: Counts;
  secondsAgo: number;
}

export const readCounters = (p: { name: string }) => sql<CountersRow>('monitoring.read-counters')`
  SELECT c.counted_since AS "countedSince", c.counts AS "counts",
         extract(epoch FROM now() - c.at)::float8 AS "secondsAgo"
    FROM ethhook_admin_counters c
   WHERE c.name = ${p.name}`;
