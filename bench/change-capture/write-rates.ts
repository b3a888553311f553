import type pg from 'pg';
import { Random } from '../../src/demo/random.js';
import { insertAttempts, updateAttempt } from '../live-statistics/write-cost.sql.js';
import { median } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { withSession } from '../server/session.js';
import { databaseNames, type DatabaseName, type UrlFor } from './databases.js';
import { withClients } from './session.js';
import { drawTarget, type Target } from './targets.js';

interface Shape {
  name: string;
  clients: number;
  rows: number;
  isUpdate?: true;
}

const shapes: readonly Shape[] = [
  { name: 'insert, 1 client × 1 row', clients: 1, rows: 1 },
  { name: 'insert, 1 client × 10 rows', clients: 1, rows: 10 },
  { name: 'insert, 1 client × 500 rows', clients: 1, rows: 500 },
  { name: 'insert, 4 clients × 10 rows', clients: 4, rows: 10 },
  { name: 'update of an outcome, 1 client × 1 row', clients: 1, rows: 1, isUpdate: true },
];

export interface WriteRates {
  shape: string;
  /** Rows a second, medians of the rounds. */
  perSecond: Record<DatabaseName, number>;
  /** Medians of what each round's rate is of that of `none` in the same round. */
  ratio: Record<DatabaseName, number>;
}

const ROUNDS = 8;

/** The same writes to all databases in short rounds, there and back, so that what disturbs the machine disturbs all. */
export async function measureWriteRates(
  urlFor: UrlFor,
  targets: readonly Target[],
  roundSeconds: number,
  say: Say,
  signal: AbortSignal,
): Promise<WriteRates[]> {
  const found: WriteRates[] = [];
  for (const shape of shapes) {
    say(shape.name);
    await withSession(urlFor('none'), (query) => query('CHECKPOINT'));
    const rates: Record<DatabaseName, number[]> = { none: [], watermark: [], snapshot: [], queue: [] };
    // The first round is not counted: it fills the caches.
    for (let round = 0; round <= ROUNDS; round++) {
      const order = round % 2 === 0 ? databaseNames : databaseNames.toReversed();
      for (const name of order) {
        const rate = await runRound(urlFor(name), shape, { targets, round, roundSeconds }, signal);
        if (round > 0) rates[name].push(rate);
      }
    }
    const ofNone = (values: readonly number[]) =>
      median(values.map((rate, i) => rate / (rates.none[i] ?? NaN)));
    found.push({ shape: shape.name, perSecond: each(rates, median), ratio: each(rates, ofNone) });
  }
  return found;
}

const each = <T>(rates: Record<DatabaseName, T>, of: (value: T) => number) =>
  Object.fromEntries(databaseNames.map((name) => [name, of(rates[name])])) as Record<DatabaseName, number>;

const runRound = (
  databaseUrl: string,
  shape: Shape,
  p: { targets: readonly Target[]; round: number; roundSeconds: number },
  signal: AbortSignal,
): Promise<number> =>
  withClients(databaseUrl, shape.clients, async (clients) => {
    const startedAt = performance.now();
    const deadline = startedAt + p.roundSeconds * 1000;
    let rows = 0;
    const write = async (client: pg.Client, index: number) => {
      const random = new Random(`ethhook-bench/${p.round}/${index}`).seek(0, 0);
      while (performance.now() < deadline) {
        signal.throwIfAborted();
        await client.query(nextWrite(shape, p.targets, random));
        rows += shape.rows;
      }
    };
    await Promise.all(clients.map(write));
    return (rows * 1000) / (performance.now() - startedAt);
  });

function nextWrite({ rows, isUpdate }: Shape, targets: readonly Target[], random: Random): pg.QueryConfig {
  const outcome = () => {
    const success = random.chance(0.9);
    return [success ? 200 : 500, random.integer(20, 2000), success] as const;
  };
  if (isUpdate)
    return { name: 'update', text: updateAttempt, values: [drawTarget(targets, random).id, ...outcome()] };
  const completedAt = new Date();
  const values = Array.from({ length: rows }, () => {
    const { eventId, endpointId } = drawTarget(targets, random);
    const [code, durationMs, success] = outcome();
    return [eventId, endpointId, 1, code, completedAt, durationMs, success];
  });
  return { name: `insert-${rows}`, text: insertAttempts(rows), values: values.flat() };
}
