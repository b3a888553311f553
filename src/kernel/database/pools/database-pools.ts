import type { AppConfig } from '../../config/config.js';
import type { Metrics } from '../../telemetry/metrics.js';
import type { TypeOrmPools } from '../type-orm-pools.js';
import { ConnectionPool, type PoolFigures } from './connection-pool.js';

/** Of a pool's connections the background may use at most this share, and one where that is less. */
const BACKGROUND_SHARE = 0.25;
/** In seconds. Most find a connection at once; beyond the last one is refused. */
const WAIT_BUCKETS = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 3];

type Limits = Pick<AppConfig['database'], 'poolMax' | 'writePoolMax' | 'queueMax' | 'acquireTimeoutMs'>;

/** The pools of this process: of the primary one to read and one to write, of each replica one to read. */
export class DatabasePools {
  readonly read: ConnectionPool;
  readonly write: ConnectionPool;
  readonly replicas: readonly ConnectionPool[];

  constructor(pools: TypeOrmPools, limits: Limits, metrics: Metrics) {
    const waits = metrics.histogram({
      name: 'ethhook_database_wait_seconds',
      help: 'How long statements and transactions waited for a connection.',
      labels: ['pool'],
      buckets: WAIT_BUCKETS,
    });
    const pool = (name: string, own: TypeOrmPools['read'], max: number) =>
      new ConnectionPool(own, {
        name,
        max,
        backgroundMax: Math.max(1, Math.floor(max * BACKGROUND_SHARE)),
        queueMax: limits.queueMax,
        waitMs: limits.acquireTimeoutMs,
        onWaited: (seconds) => waits.observe({ pool: name }, seconds),
      });
    this.read = pool('read', pools.read, limits.poolMax);
    this.write = pool('write', pools.write, limits.writePoolMax);
    this.replicas = pools.replicas.map((own, index) => pool(`replica_${index + 1}`, own, limits.poolMax));
    this.register(metrics);
  }

  private register(metrics: Metrics): void {
    const states: readonly (readonly [string, keyof PoolFigures])[] = [
      ['in_use', 'inUse'],
      ['idle', 'idle'],
      ['waiting', 'waiting'],
    ];
    const all = [this.read, this.write, ...this.replicas];
    metrics.observedGauge(
      {
        name: 'ethhook_database_connections',
        help: 'Connections in use and idle, and who waits for one.',
        labels: ['pool', 'state'],
      },
      () =>
        all.flatMap((pool) => {
          const figures = pool.figures();
          return states.map(([state, figure]) => ({
            labels: { pool: pool.name, state },
            value: figures[figure],
          }));
        }),
    );
    metrics.observedGauge(
      {
        name: 'ethhook_database_connections_limit',
        help: 'How many connections the pool may have.',
        labels: ['pool'],
      },
      () => all.map((pool) => ({ labels: { pool: pool.name }, value: pool.figures().max })),
    );
  }
}
