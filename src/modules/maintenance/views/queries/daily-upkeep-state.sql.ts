import { sql } from '../../../../kernel/database/sql.js';

/** xid8 as text: what goes back is what came. */
export interface DailyUpkeepRow {
  /** What transactions before this one have written is counted, or marked. */
  countedTo: string;
  /** Transactions before this one have ended, for the snapshot of this statement. */
  ended: string;
  /** countedTo is of another cluster, which has given more transaction ids than this one. */
  isForeign: boolean;
}

export const readDailyUpkeep = () => sql<DailyUpkeepRow>('maintenance.read-daily-upkeep')`
  SELECT u.counted_to::text AS "countedTo", pg_snapshot_xmin(s.now)::text AS "ended",
         u.counted_to > pg_snapshot_xmax(s.now) AS "isForeign"
    FROM ethhook_admin_daily_upkeep u
   CROSS JOIN (SELECT pg_current_snapshot() AS now) s`;

export const moveDailyUpkeep = (p: { countedTo: string }) => sql<object>('maintenance.move-daily-upkeep')`
  UPDATE ethhook_admin_daily_upkeep SET counted_to = ${p.countedTo}::xid8`;
