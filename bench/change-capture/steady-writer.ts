import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Random } from '../../src/demo/random.js';
import { withClients } from './session.js';
import { drawTarget, type Target } from './targets.js';

const PER_SECOND = 20;

const insertInFlight = `
  INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number)
  SELECT x.id, x.event_id, x.endpoint_id, 1 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) x (id, event_id, endpoint_id)`;
const complete = `
  UPDATE delivery_attempts SET http_status_code = 200, completed_at = now(), duration_ms = $2, success = true
   WHERE id = ANY ($1::uuid[])`;

/**
 * Attempts in flight and, a moment later, their outcomes, as EthHook's delivery service writes them: `rate` rows a second
 * together, until `signal` fires. Returns the rows it has written a second.
 */
export const writeSteadily = (
  databaseUrl: string,
  targets: readonly Target[],
  rate: number,
  signal: AbortSignal,
): Promise<number> =>
  withClients(databaseUrl, 1, async ([client]) => {
    const random = new Random('ethhook-bench/steady').seek(0, 0);
    const rows = Math.round(rate / PER_SECOND / 2);
    const startedAt = performance.now();
    let written = 0;
    let inFlight: string[] = [];
    for (let tick = 1; !signal.aborted; tick++) {
      const ids = Array.from({ length: rows }, () => randomUUID());
      await insert(client as pg.Client, ids, targets, random);
      if (inFlight.length > 0) await client?.query(complete, [inFlight, random.integer(20, 2000)]);
      written += ids.length + inFlight.length;
      inFlight = ids;
      const due = startedAt + (tick * 1000) / PER_SECOND;
      await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined);
    }
    return (written * 1000) / (performance.now() - startedAt);
  });

/** By the caller's transaction, where there is one. */
export async function insert(
  client: pg.Client,
  ids: readonly string[],
  targets: readonly Target[],
  random: Random,
): Promise<void> {
  const drawn = ids.map(() => drawTarget(targets, random));
  await client.query(insertInFlight, [
    ids,
    drawn.map(({ eventId }) => eventId),
    drawn.map(({ endpointId }) => endpointId),
  ]);
}
