import type { Latency } from '../report/latency.js';
import type { Answer } from './answers.js';
import { latencyOf, notAcknowledged, within } from './answers.js';
import type { LockWait } from './lock-waits.js';
import type { Sizes } from './measure.js';
import type { BackfillProgress, Checksum, Setting } from './measures.sql.js';
import type { MigrationRun, MigrationSpan } from './migration-run.js';
import type { Phase } from './phase.js';

export interface Conditions {
  cpus: number;
  memoryBytes: number;
  node: string;
  postgres: string;
  settings: Setting[];
  events: number;
  attempts: number;
  rate: number;
  baselineSeconds: number;
}

export interface PhaseFigures {
  name: string;
  seconds: number;
  writes: Latency;
  /** Refused, or the connection broke. */
  failedWrites: number;
  lost: number;
  mismatched: number;
  /** Fell due while all writers waited for longer than half a second, and were given up. */
  skippedRows: number;
  insertedRowsPerSecond: number;
  reads: Latency;
  failedReads: number;
  readsByName: Record<string, Latency>;
  walBytes: number;
}

export interface MigrationFigures {
  name: string;
  seconds: number | null;
  writes: Latency;
  reads: Latency;
}

export interface SlowWrite {
  statement: string;
  latencyMs: number;
  /** After the runner's start. */
  atSeconds: number;
  migration: string | null;
}

export interface BenchResult {
  ranAt: string;
  conditions: Conditions;
  phases: { before: PhaseFigures; during: PhaseFigures; after: PhaseFigures };
  runner: { code: number | null; seconds: number; lockRetries: number; lines: string[] };
  migrations: MigrationFigures[];
  slowestWrites: SlowWrite[];
  lockWaits: LockWait[];
  backfills: BackfillProgress[];
  sizes: { before: Sizes; after: Sizes };
  checksums: { before: Checksum[]; after: Checksum[] };
}

const SLOWEST = 5;
const LISTED_WAITS = 10;

export interface Measured {
  conditions: Conditions;
  before: Phase<unknown>;
  during: Phase<{ run: MigrationRun; lockWaits: LockWait[] }>;
  after: Phase<unknown>;
  backfills: BackfillProgress[];
  sizes: { before: Sizes; after: Sizes };
  checksums: { before: Checksum[]; after: Checksum[] };
}

export function evaluate({ before, during, after, ...measured }: Measured): BenchResult {
  const { run, lockWaits } = during.outcome;
  return {
    ranAt: new Date(run.from).toISOString(),
    ...measured,
    phases: { before: figuresOf(before), during: figuresOf(during), after: figuresOf(after) },
    runner: {
      code: run.code,
      seconds: (run.to - run.from) / 1000,
      lockRetries: run.lockRetries,
      lines: run.lines,
    },
    migrations: run.spans.map((span) => ({
      name: span.name,
      seconds: span.durationMs === null ? null : span.durationMs / 1000,
      writes: latencyOf(within(during.writes, span)),
      reads: latencyOf(within(during.reads, span)),
    })),
    slowestWrites: slowest(during.writes, run),
    lockWaits: lockWaits.slice(0, LISTED_WAITS),
  };
}

function figuresOf({ writer, writes, reads, ...phase }: Phase<unknown>): PhaseFigures {
  const names = [...new Set(reads.map(({ statement }) => statement))].sort();
  const named = (name: string) => reads.filter(({ statement }) => statement === name);
  return {
    name: phase.name,
    seconds: phase.seconds,
    writes: latencyOf(writes),
    failedWrites: notAcknowledged(writes),
    lost: writer.lost,
    mismatched: writer.mismatched,
    skippedRows: writer.skippedRows,
    insertedRowsPerSecond: writer.achievedRate,
    reads: latencyOf(reads),
    failedReads: notAcknowledged(reads),
    readsByName: Object.fromEntries(names.map((name) => [name, latencyOf(named(name))])),
    walBytes: phase.walBytes,
  };
}

function slowest(writes: readonly Answer[], run: MigrationRun): SlowWrite[] {
  const at = (time: number) => run.spans.find(({ from, to }: MigrationSpan) => time >= from && time < to);
  return [...writes]
    .sort((a, b) => b.latencyMs - a.latencyMs)
    .slice(0, SLOWEST)
    .map(({ statement, latencyMs, during }) => ({
      statement,
      latencyMs,
      atSeconds: (during - run.from) / 1000,
      migration: at(during)?.name ?? null,
    }));
}
