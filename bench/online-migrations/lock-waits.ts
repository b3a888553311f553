import { setTimeout as sleep } from 'node:timers/promises';
import { withSession } from './session.js';

/** Sessions that waited for a lock of the same statement. */
export interface LockWait {
  waiter: string;
  blocker: string;
  blockingStatement: string;
  samples: number;
  longestMs: number;
}

interface Sample {
  waiter: string;
  blocker: string;
  statement: string;
  waitedMs: number;
}

const EVERY_MS = 100;

const selectWaits = `
  SELECT w.application_name AS "waiter", b.application_name AS "blocker",
         left(regexp_replace(b.query, '\\s+', ' ', 'g'), 140) AS "statement",
         extract(epoch FROM clock_timestamp() - w.query_start)::float8 * 1000 AS "waitedMs"
    FROM pg_stat_activity w
   CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocking (pid)
    JOIN pg_stat_activity b ON b.pid = blocking.pid
   WHERE w.datname = current_database() AND w.wait_event_type = 'Lock'`;

/** Looks ten times a second until `signal` fires: shows what stands in whose way, not every wait. */
export async function sampleLockWaits(databaseUrl: string, signal: AbortSignal): Promise<LockWait[]> {
  const waits = new Map<string, LockWait>();
  await withSession(databaseUrl, async (query) => {
    while (!signal.aborted) {
      for (const sample of await query<Sample>(selectWaits)) add(waits, sample);
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  });
  return [...waits.values()].sort((a, b) => b.longestMs - a.longestMs);
}

function add(waits: Map<string, LockWait>, { waiter, blocker, statement, waitedMs }: Sample): void {
  // Batches and partitions of one statement differ in their literals only.
  const blockingStatement = statement.replace(/'[^']*'/g, '…');
  const key = `${waiter}/${blocker}/${blockingStatement}`;
  const wait = waits.get(key) ?? { waiter, blocker, blockingStatement, samples: 0, longestMs: 0 };
  wait.samples++;
  wait.longestMs = Math.max(wait.longestMs, waitedMs);
  waits.set(key, wait);
}
