import { Logger } from '@nestjs/common';
import type pg from 'pg';
import { DomainError } from '../../errors/domain-error.js';
import type { ConnectionPool } from '../pools/connection-pool.js';
import type { Probe } from '../probe.js';
import { sql, type Sql } from '../sql.js';
import type { Wire } from '../wire.js';
import type { PrimaryMoment, PrimaryMoments } from './primary-moments.js';
import { parseWalPosition, type WalPosition } from './wal-position.js';

const ANSWER_TIMEOUT_MS = 250;
/** Good answers in a row before a replica that was left out is taken back. */
const GOOD_ANSWERS = 2;

export interface ReplicaRow {
  inRecovery: boolean;
  replayed: string | null;
  timeline: number | null;
  systemId: string | null;
}

// The receiver's timeline is told to roles that may read all statistics; the control file's may be older.
export const replicaQuestion = `
  SELECT pg_is_in_recovery() AS "inRecovery", pg_last_wal_replay_lsn() AS "replayed",
         greatest((SELECT c.timeline_id FROM pg_control_checkpoint() c),
                  (SELECT r.min_recovery_end_timeline FROM pg_control_recovery() r),
                  (SELECT w.received_tli FROM pg_stat_wal_receiver w)) AS "timeline",
         (SELECT c.system_identifier::text FROM pg_control_system() c) AS "systemId"`;

/** Why a replica is not read from. `foreign`: it has what the primary never had. */
export type LeftOut = 'starting' | 'away' | 'promoted' | 'foreign' | 'lagging';

export interface Primary {
  readonly moments: PrimaryMoments;
  readonly timeline: number | null;
  readonly systemId: string | null;
}

/** A read replica: whether it may be read from now, and of when its data is. */
export class Replica {
  private readonly logger = new Logger(Replica.name);
  private readonly checked = new WeakMap<pg.PoolClient, { inRecovery: boolean }>();
  private leftOut: LeftOut | null = 'starting';
  private goodAnswers = 0;
  private replayed: WalPosition = 0n;
  private lookedAt = Infinity;
  private reached: PrimaryMoment | undefined;

  constructor(
    /** Host and port, for logs. */
    readonly address: string,
    private readonly pool: ConnectionPool,
    private readonly probe: Probe<ReplicaRow>,
    private readonly wire: Wire,
    private readonly maxLagMs: number,
  ) {}

  get name(): string {
    return this.pool.name;
  }

  get isUsable(): boolean {
    return this.leftOut === null;
  }

  get lagMs(): number | null {
    return this.reached === undefined ? null : performance.now() - this.reached.askedAt;
  }

  /** Everything that the primary had committed before this moment of performance.now() can be read here. */
  get upToDateAt(): number {
    return this.reached?.askedAt ?? -Infinity;
  }

  has(position: WalPosition): boolean {
    return this.replayed >= position;
  }

  /** Asks it how far it is; bounded by ANSWER_TIMEOUT_MS. Never throws. */
  async look(primary: Primary): Promise<void> {
    try {
      const row = await this.probe.ask(ANSWER_TIMEOUT_MS);
      const reason = this.judge(row, primary);
      if (reason === null) this.takeBack();
      else this.leaveOut(reason);
    } catch {
      this.leaveOut('away');
    }
  }

  /** From now on it is not read from; whoever waits for it is told. */
  leaveOut(reason: LeftOut): void {
    this.goodAnswers = 0;
    if (this.leftOut === reason) return;
    const wasUsable = this.isUsable;
    this.leftOut = reason;
    if (wasUsable) this.logger.warn(`replica ${this.address} is left out: ${reason}`);
    if (reason !== 'lagging') this.pool.abandon(replicaLeft());
  }

  async query<Row>(statement: Sql<Row>): Promise<Row[]> {
    const moment = this.reached?.asOf;
    if (moment === undefined) throw replicaLeft();
    const rows = await this.pool.use('interactive', (client) =>
      this.wire.pooler === 'none'
        ? this.queryOwn(client, statement, moment)
        : this.queryLent(client, statement, moment),
    );
    if (rows !== null) return rows;
    this.leaveOut('promoted');
    throw replicaLeft();
  }

  stop(): Promise<void> {
    return this.probe.stop();
  }

  /** null: it is no replica any more. */
  private async queryOwn<Row>(client: pg.PoolClient, statement: Sql<Row>, moment: string) {
    const state = this.checked.get(client) ?? (await this.check(client));
    const rows = await this.wire.query(client, statement, moment);
    return state.inRecovery ? rows : null;
  }

  /** A pooler may keep to itself what PostgreSQL tells. */
  private queryLent<Row>(client: pg.PoolClient, statement: Sql<Row>, moment: string) {
    return this.wire.transaction(
      client,
      { readOnly: true },
      async (tx) => {
        const rows = await tx.query(statement);
        const [state] = await tx.query(isInRecovery);
        return state?.is === true ? rows : null;
      },
      moment,
    );
  }

  // PostgreSQL tells the end of its recovery before the end of the statement in or after which it came. So a statement that
  // ends without it has run in recovery throughout.
  private async check(client: pg.PoolClient): Promise<{ inRecovery: boolean }> {
    const state = { inRecovery: true };
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    connection.on('parameterStatus', (told: { parameterName: string; parameterValue: string }) => {
      if (told.parameterName === 'in_hot_standby') state.inRecovery = told.parameterValue === 'on';
    });
    const [row] = await this.wire.query(client, isInRecovery);
    if (row?.is !== true) state.inRecovery = false;
    this.checked.set(client, state);
    return state;
  }

  private judge(row: ReplicaRow, { moments, timeline, systemId }: Primary): LeftOut | null {
    if (!row.inRecovery || row.replayed === null) return 'promoted';
    const { newest } = moments;
    if (newest === undefined) return 'starting';
    // What it had before the primary was asked the primary must have had too.
    const isAhead = this.lookedAt < newest.askedAt && this.replayed > newest.position;
    this.replayed = parseWalPosition(row.replayed);
    this.lookedAt = performance.now();
    if (isAhead || row.systemId !== systemId || (row.timeline ?? 0) > (timeline ?? Infinity))
      return 'foreign';
    this.reached = moments.reachedBy(this.replayed);
    return this.lagMs !== null && this.lagMs <= this.maxLagMs ? null : 'lagging';
  }

  private takeBack(): void {
    if (this.isUsable || ++this.goodAnswers < GOOD_ANSWERS) return;
    this.leftOut = null;
    this.logger.log(`replica ${this.address} is read from`);
  }
}

const isInRecovery = sql<{ is: boolean }>('kernel.ask-recovery')`SELECT pg_is_in_recovery() AS "is"`;

const replicaLeft = () =>
  new DomainError('unavailable', 'replica_left_out', 'The read replica is not available', {
    retryAfterSeconds: 1,
  });
