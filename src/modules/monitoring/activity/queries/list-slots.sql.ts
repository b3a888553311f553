import { sql } from '../../../../kernel/database/sql.js';

export interface SlotRow {
  slot: string;
  type: 'physical' | 'logical';
  database: string | null;
  isActive: boolean;
  activePid: number | null;
  isTemporary: boolean;
  /** reserved, extended, unreserved, lost; null: it has reserved nothing yet. */
  walStatus: string | null;
  retainedBytes: number | null;
  /** Until it may be lost; null: there is no limit (max_slot_wal_keep_size). */
  safeWalBytes: number | null;
  xminAge: number | null;
  /** Known from 17 on. */
  inactiveSeconds: number | null;
  invalidationReason: string | null;
}

/** The one that retains most first. */
export const listSlots = (p: { limit: number }) => sql<SlotRow>('monitoring.list-slots')`
  SELECT s.slot_name::text AS "slot", s.slot_type AS "type", s.database::text AS "database", s.active AS "isActive",
         s.active_pid AS "activePid", s.temporary AS "isTemporary", s.wal_status AS "walStatus",
         pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::float8 AS "retainedBytes",
         s.safe_wal_size::float8 AS "safeWalBytes", greatest(age(s.xmin), age(s.catalog_xmin)) AS "xminAge",
         extract(epoch FROM clock_timestamp() - (to_jsonb(s) ->> 'inactive_since')::timestamptz)::float8 AS "inactiveSeconds",
         to_jsonb(s) ->> 'invalidation_reason' AS "invalidationReason"
    FROM pg_replication_slots s
   ORDER BY s.restart_lsn, s.slot_name
   LIMIT ${p.limit}`;
