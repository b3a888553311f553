import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { QueryRunner } from '../../../kernel/database/database.js';
import { readDatabaseHost } from '../../maintenance/index.js';
import type { Collector } from '../collector/collector.js';
import { SamplesRepository, type Sample } from '../samples/samples.repository.js';
import {
  ActivityReads,
  type DatabaseCountersRow,
  type SessionGaugesRow,
  type SlotRow,
  type StandbyRow,
  type WalCountersRow,
} from './activity.reads.js';
import { deltasOf, type Counted } from './counter-deltas.js';
import { readHostUsage, type HostUsage } from './host-usage.js';
import type { ActivitySeries } from './series.js';

/** Of the database's machine, where the configuration says so. */
interface Given {
  cpus: number | undefined;
}

const MAX_OBJECTS = 20;

/** What the server does and has done since the last look: a curve each. */
export class ActivityCollector implements Collector {
  readonly name = 'activity';
  readonly intervalMs = 60_000;
  private database: Counted<keyof ReturnType<typeof databaseCounters>> | undefined;
  private checkpoints: Counted<'timed' | 'requested'> | undefined;
  private wal: Counted<'bytes'> | undefined;
  private usage: (HostUsage & { at: number }) | undefined;

  constructor(private readonly given: Given) {}

  collect(session: LeaderSession): Promise<void> {
    return session.transaction({ work: 'background' }, (tx) => this.sample(tx));
  }

  private async sample(tx: QueryRunner): Promise<void> {
    const reads = new ActivityReads(tx);
    const viewer = await reads.viewer();
    const database = await reads.databaseCounters();
    const wal = await reads.walCounters(viewer.major);
    const holders = await reads.xminHolders(1);
    const samples = [
      ...this.ofDatabase(database),
      ...this.ofWal(database.at, wal),
      ...this.ofHost(viewer.backendPid, database),
      ...ofSessions(await reads.sessionGauges()),
      one('server_xmin_age_transactions', holders[0]?.age ?? 0),
      ...ofStandbys(await reads.standbys(MAX_OBJECTS)),
      ...ofSlots(await reads.slots(MAX_OBJECTS)),
    ];
    await new SamplesRepository(tx).add(samples);
  }

  private ofDatabase(row: DatabaseCountersRow): Sample[] {
    const now = { at: row.at, since: row.since, counters: databaseCounters(row) };
    const deltas = deltasOf(this.database, now);
    this.database = now;
    if (deltas === null) return [];
    const { seconds, grown } = deltas;
    return [
      one('database_cache_hit_blocks', grown.hits),
      one('database_cache_read_blocks', grown.reads),
      one('database_temp_bytes', grown.tempBytes),
      one('database_deadlocks', grown.deadlocks),
      one('database_commits_per_second', grown.commits / seconds),
      one('database_rollbacks_per_second', grown.rollbacks / seconds),
      one('database_tuples_returned_per_second', grown.returned / seconds),
      one('database_tuples_fetched_per_second', grown.fetched / seconds),
      one('database_tuples_inserted_per_second', grown.inserted / seconds),
      one('database_tuples_updated_per_second', grown.updated / seconds),
      one('database_tuples_deleted_per_second', grown.deleted / seconds),
    ];
  }

  private ofWal(at: number, row: WalCountersRow): Sample[] {
    const checkpoints = {
      ...{ at, since: row.checkpointsSince },
      counters: { timed: row.timed, requested: row.requested },
    };
    const wal = { at, since: row.walSince, counters: { bytes: row.walBytes } };
    const ofCheckpoints = deltasOf(this.checkpoints, checkpoints);
    const ofWal = deltasOf(this.wal, wal);
    [this.checkpoints, this.wal] = [checkpoints, wal];
    return [
      ...(ofCheckpoints === null
        ? []
        : [
            one('server_checkpoints_timed', ofCheckpoints.grown.timed),
            one('server_checkpoints_requested', ofCheckpoints.grown.requested),
          ]),
      ...(ofWal === null ? [] : [one('server_wal_bytes_per_second', ofWal.grown.bytes / ofWal.seconds)]),
    ];
  }

  /** Of all cores; nothing where PostgreSQL does not run beside us. */
  private ofHost(backendPid: number, { at, user, database }: DatabaseCountersRow): Sample[] {
    const before = this.usage;
    const now = readHostUsage({ backendPid, user, database });
    this.usage = now === null ? undefined : { ...now, at };
    if (now === null) return [];
    const memory = one('database_memory_bytes', now.memoryBytes);
    const cpus = this.given.cpus ?? readDatabaseHost({ backendPid, dataDirectory: null }).cpus;
    if (before?.server !== now.server || at <= before.at || cpus === null) return [memory];
    // What is counted in ticks may be a tick behind.
    const ratio = Math.max(0, now.cpuSeconds - before.cpuSeconds) / (at - before.at) / cpus;
    return [memory, one('database_cpu_ratio', ratio)];
  }
}

const databaseCounters = ({ at: _1, since: _2, user: _3, database: _4, ...counters }: DatabaseCountersRow) =>
  counters;

const one = (series: ActivitySeries, value: number, object = ''): Sample => ({ series, object, value });

const ofSessions = (row: SessionGaugesRow): Sample[] => [
  ...Object.entries(row.connections).map(([state, count]) => one('server_connections', count, state)),
  one('server_sessions_on_cpu', row.onCpu),
  one('server_sessions_waiting', row.waiting),
  one('server_longest_transaction_seconds', row.longestTransactionSeconds),
];

/** Of standbys of one name the furthest behind, which comes first. */
const ofStandbys = (rows: readonly StandbyRow[]): Sample[] =>
  [...new Map(rows.toReversed().map((row) => [row.application, row])).values()].flatMap((row) => [
    ...(row.replayLagBytes === null ? [] : [one('standby_lag_bytes', row.replayLagBytes, row.application)]),
    // PostgreSQL tells no time of a standby that has all and has heard nothing since.
    ...(row.state === null ? [] : [one('standby_lag_seconds', row.replayLagSeconds ?? 0, row.application)]),
  ]);

const ofSlots = (rows: readonly SlotRow[]): Sample[] =>
  rows.flatMap(({ slot, retainedBytes }) =>
    retainedBytes === null ? [] : [one('slot_retained_bytes', retainedBytes, slot)],
  );
