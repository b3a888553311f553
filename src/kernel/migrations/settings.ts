import type { QueryRunner } from 'typeorm';
import type { Rehearsal } from './rehearsal/rehearsal.js';

export type MigrationLog = (line: string) => void;

/** How a run treats the database that it changes. All of it can be set; the defaults are for a busy one. */
export interface MigrationSettings {
  /** How long to wait for another runner to finish. */
  lockWaitMs: number;
  pollMs: number;
  /** How long a statement waits for a lock: what queues behind it waits as long. */
  lockTimeoutMs: number;
  /** How often a short transaction is tried when it does not get its locks, with back-off in between. */
  attempts: number;
  backfill: BackfillSettings;
  /** Statistics younger than this prove no index unused. */
  minStatisticsAgeHours: number;
  /** Scans on a replica are not counted on the primary: these are asked too before an index is called unused. */
  replicaUrls: readonly string[];
  /** Free disk of the database server; null: look for it, and only warn when it cannot be seen. */
  freeDiskBytes: number | null;
  allowUntestedPostgres: boolean;
}

export interface BackfillSettings {
  /** The batch size follows this: how long a batch's row locks last. */
  targetBatchMs: number;
  firstBatchRows: number;
  maxBatchRows: number;
  /** Rest after each batch, as a share of the time it took: 1 leaves half of the time to others. */
  restRatio: number;
  /** VACUUM after so large a share of the table's rows was written anew. */
  vacuumEveryShare: number;
  /** Backfills pause while a replica is further behind than this. */
  maxReplicationLagBytes: number;
  /** Backfills pause while a transaction is older: VACUUM cannot reclaim what it may still see. */
  maxTransactionAgeMs: number;
  /** Backfills pause while more sessions than this wait for locks on the table. */
  maxLockWaiters: number;
  /** A pause that lasts longer ends the run, to be resumed. */
  maxPauseMs: number;
}

export const defaultSettings: MigrationSettings = {
  lockWaitMs: 300_000,
  pollMs: 250,
  lockTimeoutMs: 300,
  attempts: 60,
  backfill: {
    targetBatchMs: 100,
    firstBatchRows: 500,
    maxBatchRows: 20_000,
    restRatio: 0.5,
    vacuumEveryShare: 0.08,
    maxReplicationLagBytes: 64 * 1024 * 1024,
    maxTransactionAgeMs: 60_000,
    maxLockWaiters: 0,
    maxPauseMs: 3_600_000,
  },
  minStatisticsAgeHours: 24,
  replicaUrls: [],
  freeDiskBytes: null,
  allowUntestedPostgres: false,
};

/** Where a migration and what it calls find how to behave: TypeORM hands them nothing but its query runner. */
export interface MigrationContext {
  settings: MigrationSettings;
  log: MigrationLog;
  /** The line that shows what is under way, drawn over the last one; null: there is nothing any more. */
  progress: (line: string | null) => void;
  /** Fires when the run is to end at the next safe point. */
  signal: AbortSignal;
  /** The name of the migration that is running. */
  migration: string;
  /** Dry run: changes are described instead of made. */
  rehearsal: Rehearsal | null;
}

const KEY = 'ethhookMigrationContext';

export function setContext(runner: QueryRunner, context: MigrationContext): void {
  (runner.data as Record<string, unknown>)[KEY] = context;
}

/** Throws under TypeORM's own command line, which takes no lock, knows no lock time-out and could not go on after a kill. */
export function contextOf(runner: QueryRunner): MigrationContext {
  const context = (runner.data as Record<string, unknown>)[KEY] as MigrationContext | undefined;
  if (context === undefined) throw new Error('these migrations are run by `npm run migration:run` only');
  return context;
}
