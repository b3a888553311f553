import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { Metrics, type Sample } from '../../../kernel/telemetry/metrics.js';
import { SharedLook } from '../../../kernel/telemetry/shared-look.js';
import { ServerFiguresReads, type ServerFiguresRow } from './server-figures.reads.js';

/** All figures of a scrape are of one look, and two scrapers at a time share it. */
const FRESH_MS = 1000;
const TIMEOUT_MS = 1000;

type Value<Name extends string> = (figures: ServerFiguresRow) => readonly Sample<Name>[];

/**
 * PostgreSQL's own figures. Every instance tells them, all the same: whoever leads changes, and a series that moves from
 * instance to instance breaks graphs and alerts, while of equal ones `max` takes any.
 */
@Injectable()
export class ServerMetrics {
  private readonly look: SharedLook<ServerFiguresRow>;

  constructor(
    private readonly metrics: Metrics,
    database: Database,
  ) {
    const reads = new ServerFiguresReads(database.background);
    this.look = new SharedLook(() => reads.read(), { freshMs: FRESH_MS, timeoutMs: TIMEOUT_MS });
    this.sessions();
    this.work();
    this.upkeep();
    this.replication();
  }

  private sessions(): void {
    this.gauge(
      'connections',
      'Sessions of clients on the whole server; hidden: of other roles, without pg_monitor.',
      ({ active, idle, idleInTransaction, hidden }) => [
        { labels: { state: 'active' }, value: active },
        { labels: { state: 'idle' }, value: idle },
        { labels: { state: 'idle_in_transaction' }, value: idleInTransaction },
        { labels: { state: 'hidden' }, value: hidden },
      ],
      ['state'],
    );
    this.gauge(
      'connections_limit',
      'How many there may be, without those reserved for superusers.',
      one('connectionsLimit'),
    );
    this.gauge('sessions_waiting_for_lock', 'Sessions that wait for a lock.', one('waitingForLock'));
    this.gauge(
      'longest_transaction_seconds',
      'The age of the oldest transaction of a client, of those that this role may see.',
      one('longestTransactionSeconds'),
    );
    this.gauge('start_time_seconds', 'When the server has started.', one('startedAtSeconds'));
  }

  private work(): void {
    this.counter(
      'transactions_total',
      'Transactions of this database, by how they ended.',
      ({ commits, rollbacks }) => [
        { labels: { outcome: 'commit' }, value: commits },
        { labels: { outcome: 'rollback' }, value: rollbacks },
      ],
      ['outcome'],
    );
    this.counter(
      'blocks_total',
      'Blocks of this database that were needed, by where they were found: shared buffers, or read from outside.',
      ({ blocksHit, blocksRead }) => [
        { labels: { found: 'buffers' }, value: blocksHit },
        { labels: { found: 'read' }, value: blocksRead },
      ],
      ['found'],
    );
    this.counter('temp_bytes_total', 'Written to temporary files by sorts and hashes.', one('tempBytes'));
    this.counter('deadlocks_total', 'Deadlocks of this database.', one('deadlocks'));
  }

  private upkeep(): void {
    const rows =
      (kind: 'liveRows' | 'deadRows'): Value<'table'> =>
      ({ tables }) =>
        tables.map((table) => ({ labels: { table: table.table }, value: table[kind] }));
    this.gauge('table_live_rows', 'Estimate, of the tables that grow.', rows('liveRows'), ['table']);
    this.gauge('table_dead_rows', 'Estimate, of the tables that grow.', rows('deadRows'), ['table']);
    this.gauge(
      'oldest_transaction_id_age',
      'Transactions since the oldest that is not frozen, of the worst database; at 2^31 writes end.',
      one('transactionIdAge'),
    );
    this.gauge('oldest_multixact_id_age', 'The same for multixacts.', one('multixactIdAge'));
    this.gauge(
      'freeze_max_age',
      'autovacuum_freeze_max_age: older ones are frozen by force.',
      one('freezeMaxAge'),
    );
  }

  private replication(): void {
    this.gauge('replicas', 'Standbys that are connected.', one('replicas'));
    this.gauge(
      'replication_lag_bytes',
      'Of the standby that is furthest behind; absent without one, and without pg_monitor.',
      one('replicationLagBytes'),
    );
    this.gauge('inactive_slots', 'Replication slots that nobody reads from.', one('inactiveSlots'));
    this.gauge('inactive_slot_retained_bytes', 'WAL that the worst of them keeps.', one('inactiveSlotBytes'));
  }

  private gauge<Name extends string = never>(
    name: string,
    help: string,
    value: Value<Name>,
    labels: readonly Name[] = [],
  ): void {
    this.metrics.observedGauge({ name: `ethhook_postgres_${name}`, help, labels }, () => this.read(value));
  }

  private counter<Name extends string = never>(
    name: string,
    help: string,
    value: Value<Name>,
    labels: readonly Name[] = [],
  ): void {
    this.metrics.observedCounter({ name: `ethhook_postgres_${name}`, help, labels }, () => this.read(value));
  }

  /** Nothing, where the database does not say it in time: an old figure would be a wrong one. */
  private read<Name extends string>(value: Value<Name>): Promise<readonly Sample<Name>[]> {
    return this.look.get().then(value, () => []);
  }
}

type Figure = {
  [Key in keyof ServerFiguresRow]: ServerFiguresRow[Key] extends number | null ? Key : never;
}[keyof ServerFiguresRow];

const one =
  (figure: Figure): Value<never> =>
  (figures) => {
    const value = figures[figure];
    return value === null ? [] : [{ labels: {}, value }];
  };
