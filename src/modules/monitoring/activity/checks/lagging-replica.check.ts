import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads, type StandbyRow } from '../activity.reads.js';
import { sessionLimits } from '../limits.js';
import type { ConfiguredReplica, ReplicasReads } from '../replicas.reads.js';
import type { ActivityBounds } from './activity-bounds.js';
import { megabytes, seconds } from './fixes.js';

const MAX_STANDBYS = 50;
/** So many times the bound. */
const CRITICAL_TIMES = 10;
/** On a quiet primary the last commit is old, and what comes after it is a moment's. */
const NOTHING_BYTES = 1024 * 1024;

const why =
  'Reads from it are old, or go to the primary instead; the primary keeps its WAL, and a failover would lose, or wait for, the rest.';

/** As the primary sees them, and those of DATABASE_REPLICA_URLS themselves, which the primary need not see at all. */
export class LaggingReplicaCheck implements Check {
  readonly name = 'lagging-replica';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(
    private readonly replicas: Pick<ReplicasReads, 'states'>,
    private readonly bounds: ActivityBounds,
  ) {
    this.description =
      `Standbys that are ${megabytes(bounds.replicaLagBytes)} of WAL or ${bounds.replicaLagSeconds} s behind, and replicas of ours ` +
      'that do not answer or are none any more.';
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new ActivityReads(runner);
    const standbys = await reads.standbys(MAX_STANDBYS);
    const lagging = standbys.flatMap((row) => (this.isLagging(row) ? [this.ofStandby(row)] : []));
    const states = await this.replicas.states(runner);
    const ofOurs = states.flatMap((replica) => this.ofReplica(replica, lagging.length > 0));
    const limits = standbys.some(({ replayLagBytes }) => replayLagBytes === null)
      ? sessionLimits(await reads.viewer(), 'how far standbys are is not told')
      : [];
    return { findings: [...lagging, ...ofOurs], limits };
  }

  private isLagging({ replayLagBytes, replayLagSeconds }: StandbyRow): boolean {
    return (
      (replayLagBytes ?? 0) >= this.bounds.replicaLagBytes ||
      ((replayLagSeconds ?? 0) >= this.bounds.replicaLagSeconds && (replayLagBytes ?? 0) > NOTHING_BYTES)
    );
  }

  private ofStandby(row: StandbyRow): Finding {
    const lag = row.replayLagBytes ?? 0;
    return {
      object: `standby ${row.application}`,
      severity: this.severity(lag),
      title: `The standby ${row.application} is ${megabytes(lag)} of WAL behind${ago(row.replayLagSeconds)}`,
      evidence: {
        ...this.bound(),
        lag_bytes: lag,
        unsent_bytes: row.sentLagBytes,
        lag_seconds: row.replayLagSeconds,
        state: row.state,
      },
      why,
      fixSql: null,
      advice:
        (row.sentLagBytes ?? 0) > lag / 2
          ? 'It does not receive fast enough: look at the network, and at its disk.'
          : 'It receives, and does not replay: look there for SELECT pg_is_wal_replay_paused() (SELECT pg_wal_replay_resume(); goes ' +
            'on), for queries that replay waits for (max_standby_streaming_delay), and at its disk and one busy core.',
      action: null,
    };
  }

  /** The primary names no address: what lags there and here is likely the same, and is told once. */
  private ofReplica({ address, state }: ConfiguredReplica, isTold: boolean): Finding[] {
    const finding = (title: string, evidence: Finding['evidence'], advice: string): Finding[] => [
      {
        ...{
          object: `replica ${address}`,
          severity: 'warning',
          title,
          evidence,
          why,
          fixSql: null,
          advice,
          action: null,
        },
      },
    ];
    if (state === null)
      return finding(
        `The replica ${address} does not answer`,
        { answers: false },
        'See whether it runs; reads go to the others meanwhile.',
      );
    if (!state.inRecovery)
      return finding(
        `The server ${address} is in DATABASE_REPLICA_URLS and is no replica`,
        { answers: true, in_recovery: false },
        'It was promoted, or never was one: take it out of DATABASE_REPLICA_URLS.',
      );
    const lag = state.lagBytes ?? 0;
    const isOld = lag > NOTHING_BYTES && (state.lastReplayedSeconds ?? 0) >= this.bounds.replicaLagSeconds;
    if (isTold || (lag < this.bounds.replicaLagBytes && !isOld)) return [];
    return finding(
      `The replica ${address} is ${megabytes(lag)} of WAL behind${ago(state.lastReplayedSeconds)}`,
      {
        ...this.bound(),
        lag_bytes: lag,
        pending_bytes: state.pendingBytes,
        replay_paused: state.isReplayPaused,
      },
      state.isReplayPaused
        ? 'Its replay is paused: SELECT pg_wal_replay_resume(); there.'
        : 'Look whether it streams (pg_stat_wal_receiver there), and at its network and disk.',
    );
  }

  private severity = (lagBytes: number) =>
    lagBytes >= CRITICAL_TIMES * this.bounds.replicaLagBytes ? 'critical' : 'warning';

  private bound = () => ({
    bound_bytes: this.bounds.replicaLagBytes,
    bound_seconds: this.bounds.replicaLagSeconds,
  });
}

const ago = (lag: number | null) => (lag === null ? '' : `, ${seconds(lag)}`);
