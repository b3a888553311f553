import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Random } from '../../src/demo/random.js';
import { withConnection, type BenchConnection } from '../live-statistics/connection.js';
import { latencyOf, median, type Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { withSession } from '../server/session.js';
import { begin, commit } from './fold.sql.js';
import { foldAll, foldSteadily, type Fold } from './folder.js';
import type { Form, FormName } from './forms.js';
import { recount, type TotalsRow } from './read.sql.js';
import { withClients } from './session.js';
import { insert, writeSteadily } from './steady-writer.js';
import type { Targets } from './targets.js';

export type Condition = 'nothing' | 'reader' | 'writer' | 'fold-down' | 'catching-up';

export interface Beside {
  form: FormName;
  condition: Condition;
  read: Latency;
  /** Median of the folds in that time, in ms; null when there was none. */
  foldMs: number | null;
  /** Of the reads that were held against a count of the attempts in the same snapshot. */
  checked: number;
  different: number;
}

export interface CatchUp {
  form: FormName;
  rows: number;
  seconds: number;
}

export interface Scene extends Targets {
  databaseUrl: string;
  form: Form;
  rate: number;
  seconds: number;
  faultMinutes: number;
  say: Say;
  signal: AbortSignal;
}

/** Reads come one after another, so many a second at most. */
const READS_PER_SECOND = 50;
const CHECKS = 5;
const WRITER_ROWS = 100;

/** One form under each condition, while rows are written. */
export async function measureBeside(
  scene: Scene,
): Promise<{ beside: Beside[]; catchUp: CatchUp; rate: number }> {
  const { databaseUrl, form, targets, rate, signal } = scene;
  await foldAll(databaseUrl, form, signal);
  await withSession(databaseUrl, (query) => query('VACUUM (ANALYZE)'));
  const over = new AbortController();
  const written = writeSteadily(databaseUrl, targets, rate, AbortSignal.any([signal, over.signal]));
  written.catch(() => undefined); // awaited below
  try {
    const beside = [
      await whileFolding(scene, 'nothing', () =>
        sleep(2000, undefined, { signal }).then(() => measureReads(scene)),
      ),
      await whileFolding(scene, 'reader', () => besideReader(scene)),
      await whileFolding(scene, 'writer', () => besideWriter(scene)),
    ];
    const { down, catchingUp, catchUp } = await withFoldDown(scene);
    over.abort();
    return { beside: [...beside, down, catchingUp], catchUp, rate: await written };
  } finally {
    over.abort();
    await written.catch(() => undefined);
  }
}

type Reads = Pick<Beside, 'read' | 'checked' | 'different'>;

async function whileFolding(
  { databaseUrl, form, say }: Scene,
  condition: Condition,
  work: () => Promise<Reads>,
): Promise<Beside> {
  say(`${form.title}: ${condition}`);
  const over = new AbortController();
  const folds: Fold[] = [];
  const folding = foldSteadily(databaseUrl, form, over.signal, (fold) => folds.push(fold));
  folding.catch(() => undefined); // awaited below
  try {
    const reads = await Promise.race([
      work(),
      folding.then(() => Promise.reject(new Error('the fold ended'))),
    ]);
    return { form: form.name, condition, ...reads, foldMs: folds.length === 0 ? null : medianMs(folds) };
  } finally {
    over.abort();
    await folding;
  }
}

/** Of the last tenth: a condition grows with its time. */
const medianMs = (folds: readonly Fold[]) =>
  median(folds.slice(-Math.ceil(folds.length / 10)).map(({ ms }) => ms));

const hold = (scene: Scene) => sleep(scene.faultMinutes * 60_000, undefined, { signal: scene.signal });

const besideReader = (scene: Scene): Promise<Reads> =>
  withClients(scene.databaseUrl, 1, async ([client]) => {
    await client?.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM users');
    await hold(scene);
    return measureReads(scene);
  });

/** It commits in the end: its rows come in late. */
const besideWriter = (scene: Scene): Promise<Reads> =>
  withClients(scene.databaseUrl, 1, async ([client]) => {
    await client?.query('BEGIN');
    const ids = Array.from({ length: WRITER_ROWS }, () => randomUUID());
    await insert(client as pg.Client, ids, scene.targets, new Random('ethhook-bench/long').seek(0, 0));
    await hold(scene);
    const reads = await measureReads(scene);
    await client?.query('COMMIT');
    const { checked, different } = await withConnection(scene.databaseUrl, scene.signal, (connection) =>
      check(connection, scene),
    );
    return { ...reads, checked: reads.checked + checked, different: reads.different + different };
  });

async function withFoldDown(scene: Scene): Promise<{ down: Beside; catchingUp: Beside; catchUp: CatchUp }> {
  const { databaseUrl, form, say, signal } = scene;
  say(`${form.title}: the fold is down`);
  await foldAll(databaseUrl, form, signal);
  await hold(scene);
  const down = {
    form: form.name,
    condition: 'fold-down',
    ...(await measureReads(scene)),
    foldMs: null,
  } as const;
  say(`${form.title}: catching up`);
  let isOver = false;
  const startedAt = performance.now();
  const folding = catchUpOf(scene).finally(() => (isOver = true));
  const reads = await measureReads(scene, () => isOver);
  const rows = await folding;
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    down,
    catchingUp: { form: form.name, condition: 'catching-up', ...reads, foldMs: null },
    catchUp: { form: form.name, ...rows, seconds: Math.min(seconds, rows.seconds) },
  };
}

/** Folds without a pause until one takes in no more than comes in a pause of a second. */
const catchUpOf = ({ databaseUrl, form, rate, signal }: Scene) =>
  withConnection(databaseUrl, signal, async (connection) => {
    const startedAt = performance.now();
    let rows = 0;
    for (let changes = Infinity; changes > rate;) {
      changes = await form.fold(connection);
      rows += changes;
    }
    return { rows, seconds: (performance.now() - startedAt) / 1000 };
  });

/** For `seconds`, or until `isOver`; some of the reads are checked afterwards. */
const measureReads = (scene: Scene, isOver: () => boolean = () => false): Promise<Reads> =>
  withConnection(scene.databaseUrl, scene.signal, async (connection) => {
    const values: number[] = [];
    const startedAt = performance.now();
    const deadline = startedAt + scene.seconds * 1000;
    for (let tick = 1; performance.now() < deadline && !(isOver() && values.length > 0); tick++) {
      const sentAt = performance.now();
      await connection.query(scene.form.read(scene.userId));
      values.push(performance.now() - sentAt);
      const due = startedAt + (tick * 1000) / READS_PER_SECOND;
      await sleep(Math.max(0, due - performance.now()), undefined, { signal: scene.signal });
    }
    return { read: latencyOf(values), ...(await check(connection, scene)) };
  });

async function check(connection: BenchConnection, { form, userId }: Scene) {
  let different = 0;
  for (let i = 0; i < CHECKS; i++) {
    await connection.query(begin());
    const [read] = await connection.query(form.read(userId));
    const [counted] = await connection.query(recount(userId));
    await connection.query(commit());
    if (!isSame(read, counted)) different++;
  }
  return { checked: CHECKS, different };
}

const isSame = (a: TotalsRow | undefined, b: TotalsRow | undefined) =>
  a !== undefined && JSON.stringify(a) === JSON.stringify(b);
