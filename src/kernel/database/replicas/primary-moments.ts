import { endOfRecords, parseWalPosition, type WalPosition } from './wal-position.js';

/** What the primary had at a moment: whoever has replayed `position` has all that was committed before it. */
export interface PrimaryMoment {
  readonly position: WalPosition;
  /** By the primary's clock: RFC 3339 with microseconds. */
  readonly asOf: string;
  /** Just before it was asked; of performance.now(). */
  readonly askedAt: number;
}

export interface PrimaryRow {
  inRecovery: boolean;
  asOf: string;
  insert: string | null;
  flushed: string | null;
  timeline: number | null;
  segmentBytes: string;
  systemId: string | null;
}

// The time first: what was committed before it is in the log by the time that its end is read.
export const primaryQuestion = `
  SELECT pg_is_in_recovery() AS "inRecovery", to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "asOf",
         CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_insert_lsn() END AS "insert",
         CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn() END AS "flushed",
         CASE WHEN NOT pg_is_in_recovery() THEN ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int END AS "timeline",
         pg_size_bytes(current_setting('wal_segment_size'))::text AS "segmentBytes",
         (SELECT c.system_identifier::text FROM pg_control_system() c) AS "systemId"`;

const MAX_KEPT = 200;

/** The primary's latest moments, oldest first: they say how far behind a replica is, and of when its data is. */
export class PrimaryMoments {
  private moments: PrimaryMoment[] = [];

  add(row: PrimaryRow & { insert: string }, askedAt: number): PrimaryMoment {
    const position = endOfRecords(parseWalPosition(row.insert), BigInt(row.segmentBytes));
    // Another server, or one that was restored: what was known of the old one says nothing.
    if (position < (this.newest?.position ?? 0n)) this.moments = [];
    const moment = { position, asOf: row.asOf, askedAt };
    this.moments = [...this.moments.slice(1 - MAX_KEPT), moment];
    return moment;
  }

  get newest(): PrimaryMoment | undefined {
    return this.moments.at(-1);
  }

  /** The newest moment of which everything is replayed at `position`. */
  reachedBy(position: WalPosition): PrimaryMoment | undefined {
    return this.moments.findLast((moment) => moment.position <= position);
  }
}
