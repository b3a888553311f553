import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorReport } from '../../scripts/simulator/simulate.js';
import { readAnswers, type Answer } from './answers.js';
import { lastWords, startScript, type Child } from '../server/children.js';
import type { ReadSample } from './reads.sql.js';
import { withSession } from './session.js';

/** Where a phase takes place. */
export interface Scene {
  databaseUrl: string;
  /** For the logs of writer and reader. */
  folder: string;
  rate: number;
  sample: ReadSample;
  signal: AbortSignal;
}

export interface Phase<T> {
  name: string;
  writer: SimulatorReport;
  writes: Answer[];
  reads: Answer[];
  walBytes: number;
  seconds: number;
  outcome: T;
}

const START_TIMEOUT_MS = 60_000;
/** Writer and reader see the end of what they are measured beside. */
const LAST_SECOND_MS = 1000;
const FOR_EVER_SECONDS = 604_800;

/** Writer and reader as processes of their own, from before `work` until after it. */
export async function runPhase<T>(name: string, scene: Scene, work: () => Promise<T>): Promise<Phase<T>> {
  const { databaseUrl, folder, signal, sample } = scene;
  const file = (what: string) => join(folder, `${name}-${what}.ndjson`);
  const writerFlags = { rate: scene.rate, seconds: FOR_EVER_SECONDS, ledger: file('ledger') };
  const flags = { ...writerFlags, 'latency-log': file('writes') };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const writer = startScript('scripts/simulate.js', args, databaseUrl, signal);
  const readerArgs = [file('reads'), sample.endpointId, sample.attemptId];
  const reader = startScript('bench/online-migrations/poll.js', readerArgs, databaseUrl, signal);
  await Promise.all([hasBegun(writer, file('writes'), signal), hasBegun(reader, file('reads'), signal)]);

  const startedAt = performance.now();
  const walBefore = await walPosition(databaseUrl);
  const outcome = await work();
  await sleep(LAST_SECOND_MS, undefined, { signal });
  const walBytes = (await walPosition(databaseUrl)) - walBefore;
  const seconds = (performance.now() - startedAt) / 1000;
  reader.stop();
  writer.stop();
  await endedWell(reader, 'reader');
  return {
    name,
    writer: await reportOf(writer),
    writes: await readAnswers(file('writes')),
    reads: await readAnswers(file('reads')),
    walBytes,
    seconds,
    outcome,
  };
}

/** Its log has its first line. */
export async function hasBegun(child: Child, logFile: string, signal: AbortSignal): Promise<void> {
  let early: string | null = null;
  child.ended.then(
    (ended) => (early = lastWords(ended)),
    (error: unknown) => (early = (error as Error).message),
  );
  for (const deadline = Date.now() + START_TIMEOUT_MS; ; await sleep(20, undefined, { signal })) {
    if (early !== null) throw new Error(`writer or reader ended before it began: ${String(early)}`);
    if (
      await stat(logFile).then(
        ({ size }) => size > 0,
        () => false,
      )
    )
      return;
    if (Date.now() > deadline) throw new Error('writer or reader does not begin');
  }
}

/** Exit code 1 tells of lost rows: those are in the report, too. */
export async function reportOf(writer: Child): Promise<SimulatorReport> {
  const ended = await writer.ended;
  const text = ended.stdout.at(-1)?.text;
  if (text === undefined) throw new Error(`the writer made no report: ${lastWords(ended)}`);
  return JSON.parse(text) as SimulatorReport;
}

async function endedWell(child: Child, what: string): Promise<void> {
  const ended = await child.ended;
  if (ended.code !== 0) throw new Error(`the ${what} failed: ${lastWords(ended)}`);
}

async function walPosition(databaseUrl: string): Promise<number> {
  const [row] = await withSession(databaseUrl, (query) =>
    query<{ bytes: string }>("SELECT pg_current_wal_lsn() - '0/0' AS bytes"),
  );
  return Number(row?.bytes);
}
