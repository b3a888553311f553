import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Random } from '../../src/demo/random.js';
import { withClients } from '../change-capture/session.js';
import { drawTarget, type Target } from '../change-capture/targets.js';
import { complete, insertMany, insertOne } from './partition.sql.js';

const BATCH_ROWS = 500;

/** Rows a second, one client, as fast as it goes. */
export interface WriteRates {
  insertOne: number;
  insertBatch: number;
  updateById: number;
}

export const writeRates = (
  url: string,
  targets: readonly Target[],
  ids: readonly string[],
  seconds: number,
): Promise<WriteRates> =>
  withClients(url, 1, async ([client]) => {
    const own = client as pg.Client;
    const random = new Random('ethhook-bench/partitioning').seek(0, 0);
    const draw = () => drawTarget(targets, random);
    const one = async () => {
      const { eventId, endpointId } = draw();
      await own.query({ name: 'one', text: insertOne, values: [eventId, endpointId] });
      return 1;
    };
    const batch = async () => {
      const drawn = Array.from({ length: BATCH_ROWS }, draw);
      const values = [drawn.map(({ eventId }) => eventId), drawn.map(({ endpointId }) => endpointId)];
      await own.query({ name: 'many', text: insertMany, values });
      return BATCH_ROWS;
    };
    const update = async () => {
      const id = ids[random.integer(0, ids.length - 1)];
      await own.query({ name: 'complete', text: complete, values: [id, random.integer(20, 2000)] });
      return 1;
    };
    return {
      insertOne: await ratePerSecond(one, seconds),
      insertBatch: await ratePerSecond(batch, seconds),
      updateById: await ratePerSecond(update, seconds),
    };
  });

async function ratePerSecond(work: () => Promise<number>, seconds: number): Promise<number> {
  const startedAt = performance.now();
  let rows = 0;
  while (performance.now() - startedAt < seconds * 1000) rows += await work();
  return (rows * 1000) / (performance.now() - startedAt);
}

/** Single inserts at a steady rate until the signal; each from when it was due to its answer, in ms. */
export const pacedInserts = (
  url: string,
  targets: readonly Target[],
  perSecond: number,
  signal: AbortSignal,
): Promise<number[]> =>
  withClients(url, 1, async ([client]) => {
    const random = new Random('ethhook-bench/paced').seek(0, 0);
    const latencies: number[] = [];
    const startedAt = performance.now();
    for (let tick = 1; !signal.aborted; tick++) {
      const due = startedAt + (tick * 1000) / perSecond;
      await sleep(Math.max(0, due - performance.now()), undefined, { signal }).catch(() => undefined);
      const { eventId, endpointId } = drawTarget(targets, random);
      await client?.query({ name: 'one', text: insertOne, values: [eventId, endpointId] });
      latencies.push(performance.now() - due);
    }
    return latencies;
  });
