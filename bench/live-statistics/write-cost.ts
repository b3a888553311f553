import pg from 'pg';
import { Random } from '../../src/demo/random.js';
import { median } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { withSession } from '../server/session.js';
import type { DatabaseName } from './databases.js';
import { stopwatch } from './step.js';
import { insertAttempts, selectTargets, updateAttempt } from './write-cost.sql.js';

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
  { name: 'insert, 8 clients × 1 row', clients: 8, rows: 1 },
  { name: 'update of an outcome, 1 client × 1 row', clients: 1, rows: 1, isUpdate: true },
];

export interface WriteCost {
  shape: string;
  clients: number;
  rows: number;
  isUpdate: boolean;
  synchronousCommit: 'on' | 'off';
  /** Rows a second; medians of the rounds. */
  original: number;
  ours: number;
  /** Median of the pairs' ratios, ours to original. */
  ratio: number;
}

const PAIRS = 8;

interface Target {
  id: string;
  eventId: string;
  endpointId: string;
}

/**
 * The same writes to both databases in short rounds, ABBA, so that what disturbs the machine disturbs both. With
 * synchronous_commit off the disk waits for nobody, and what our indexes and triggers cost shows in full.
 */
export async function measureWriteCost(
  urlFor: (database: DatabaseName) => string,
  roundSeconds: number,
  say: Say,
  signal: AbortSignal,
): Promise<WriteCost[]> {
  const targets = await withSession(urlFor('original'), (query) => query<Target>(selectTargets));
  const costs: WriteCost[] = [];
  for (const synchronousCommit of ['on', 'off'] as const) {
    for (const shape of shapes) {
      const took = stopwatch();
      await withSession(urlFor('ours'), (query) => query('CHECKPOINT'));
      const rates = await withWriters(urlFor, shape, synchronousCommit, (writers) =>
        alternate((database, seed) =>
          runRound(writers[database], shape, { targets, seed, seconds: roundSeconds }, signal),
        ),
      );
      const { name, clients, rows, isUpdate = false } = shape;
      const ratio = median(rates.ours.map((rate, i) => rate / (rates.original[i] ?? NaN)));
      const [original, ours] = [median(rates.original), median(rates.ours)];
      costs.push({ shape: name, clients, rows, isUpdate, synchronousCommit, original, ours, ratio });
      say(`${name}, synchronous_commit ${synchronousCommit}: ${ratio.toFixed(2)}; took ${took()}`);
    }
  }
  return costs;
}

/** Pages are written whole after a checkpoint, and a new backend compiles its triggers: the first pair is not counted. */
async function alternate(round: (database: DatabaseName, seed: number) => Promise<number>) {
  const rates: Record<DatabaseName, number[]> = { original: [], ours: [] };
  for (let pair = 0; pair <= PAIRS; pair++) {
    const order = pair % 2 === 0 ? (['original', 'ours'] as const) : (['ours', 'original'] as const);
    for (const database of order) {
      const rate = await round(database, pair);
      if (pair > 0) rates[database].push(rate);
    }
  }
  return rates;
}

interface Round {
  targets: readonly Target[];
  seed: number;
  seconds: number;
}

/** Rows a second. */
async function runRound(
  writers: readonly pg.Client[],
  shape: Shape,
  { targets, seed, seconds }: Round,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1000;
  let rows = 0;
  const write = async (writer: pg.Client, index: number) => {
    const random = new Random(`ethhook-bench/${seed}/${index}`).seek(0, 0);
    while (performance.now() < deadline) {
      signal.throwIfAborted();
      await writer.query(
        shape.isUpdate ? nextUpdate(targets, random) : nextInsert(targets, random, shape.rows),
      );
      rows += shape.rows;
    }
  };
  await Promise.all(writers.map(write));
  return (rows * 1000) / (performance.now() - startedAt);
}

/** To both databases, open for all rounds. */
async function withWriters<T>(
  urlFor: (database: DatabaseName) => string,
  { clients }: Shape,
  synchronousCommit: 'on' | 'off',
  use: (writers: Record<DatabaseName, pg.Client[]>) => Promise<T>,
): Promise<T> {
  const writers: Record<DatabaseName, pg.Client[]> = { original: [], ours: [] };
  try {
    for (const database of ['original', 'ours'] as const)
      for (let i = 0; i < clients; i++)
        writers[database].push(await connectWriter(urlFor(database), synchronousCommit));
    return await use(writers);
  } finally {
    await Promise.allSettled([...writers.original, ...writers.ours].map((writer) => writer.end()));
  }
}

async function connectWriter(databaseUrl: string, synchronousCommit: 'on' | 'off'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'ethhook-bench-writer' });
  client.on('error', () => undefined); // the statement under way fails too
  await client.connect();
  await client.query(`SET synchronous_commit = ${synchronousCommit}`);
  return client;
}

const drawTarget = (targets: readonly Target[], random: Random) =>
  targets[random.integer(0, targets.length - 1)] as Target;

const texts = new Map<number, string>();

function nextInsert(targets: readonly Target[], random: Random, rows: number): pg.QueryConfig {
  const text = texts.get(rows) ?? insertAttempts(rows);
  texts.set(rows, text);
  const completedAt = new Date();
  const values = Array.from({ length: rows }, () => {
    const { eventId, endpointId } = drawTarget(targets, random);
    const success = random.chance(0.9);
    return [eventId, endpointId, 1, success ? 200 : 500, completedAt, random.integer(20, 2000), success];
  });
  return { name: `insert-${rows}`, text, values: values.flat() };
}

function nextUpdate(targets: readonly Target[], random: Random): pg.QueryConfig {
  const success = random.chance(0.9);
  const values = [drawTarget(targets, random).id, success ? 200 : 500, random.integer(20, 2000), success];
  return { name: 'update', text: updateAttempt, values };
}
