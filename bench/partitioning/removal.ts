import type { Target } from '../change-capture/targets.js';
import { latencyOf, type Latency } from '../report/latency.js';
import { withSession, type Query } from '../server/session.js';
import type { Form } from './databases.js';
import { WRITES_PER_SECOND } from './options.js';
import { removeBatch, selectOldest } from './partition.sql.js';
import { pacedInserts } from './writes.js';

const BATCH_EVENTS = 500;

export interface Removal {
  attempts: number;
  events: number;
  /** Until the partition was gone; NaN where there is none. */
  dropMs: number;
  /** Until the month's events were gone too. */
  seconds: number;
  /** Of all, the writer's too. */
  walBytes: number;
  writers: Latency;
}

/** Removes the oldest month beside a writer: by a drop of its partition where there is one, and then its events, in batches. */
export const removeOldest = (url: string, form: Form, targets: readonly Target[]): Promise<Removal> =>
  withSession(url, async (query) => {
    const [oldest] = await query<{ before: string }>(selectOldest);
    const stop = new AbortController();
    const writing = pacedInserts(url, targets, WRITES_PER_SECOND, stop.signal);
    const [from, startedAt] = [await walPosition(query), performance.now()];
    const dropped = form === 'parted' ? await dropOldest(query) : 0;
    const dropMs = form === 'parted' ? performance.now() - startedAt : NaN;
    const { attempts, events } = await removeEvents(query, oldest?.before ?? '');
    const seconds = (performance.now() - startedAt) / 1000;
    const walBytes = (await walPosition(query)) - from;
    stop.abort();
    return {
      attempts: attempts + dropped,
      events,
      dropMs,
      seconds,
      walBytes,
      writers: latencyOf(await writing),
    };
  });

async function dropOldest(query: Query): Promise<number> {
  const [row] = await query<{ rows: number }>('SELECT count(*)::int AS "rows" FROM attempts_1');
  await query("SET lock_timeout = '5s'");
  await query(
    'BEGIN; ALTER TABLE delivery_attempts DETACH PARTITION attempts_1; DROP TABLE attempts_1; COMMIT',
  );
  return row?.rows ?? NaN;
}

async function removeEvents(query: Query, before: string) {
  let [attempts, events, place] = [0, 0, '-infinity'];
  for (;;) {
    const [batch] = await query<{ attempts: number; events: number; last: string | null }>(removeBatch, [
      before,
      place,
      BATCH_EVENTS,
    ]);
    if (batch === undefined || batch.last === null) return { attempts, events };
    attempts += batch.attempts;
    events += batch.events;
    place = batch.last;
  }
}

async function walPosition(query: Query): Promise<number> {
  const [row] = await query<{ at: number }>(
    `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS "at"`,
  );
  return row?.at ?? NaN;
}
