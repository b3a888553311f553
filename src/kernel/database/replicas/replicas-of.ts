import type { AppConfig } from '../../config/config.js';
import { pooledConnectionOptions } from '../connection.js';
import type { Database } from '../database.js';
import type { DatabasePools } from '../pools/database-pools.js';
import { Probe } from '../probe.js';
import { sql } from '../sql.js';
import type { Wire } from '../wire.js';
import { primaryQuestion, type PrimaryRow } from './primary-moments.js';
import { Replica, replicaQuestion, type ReplicaRow } from './replica.js';
import { Replicas } from './replicas.js';

/** The replicas of DATABASE_REPLICA_URLS over their pools. */
export function replicasOf(
  config: AppConfig,
  pools: DatabasePools,
  wire: Wire,
  database: Database,
): Replicas {
  const connection = pooledConnectionOptions(config, 'ethhook-admin replica probe');
  const { replicaUrls, replicaMaxLagMs } = config.database;
  const replicas = pools.replicas.map((pool, index) => {
    const url = replicaUrls[index] ?? '';
    const probe: Probe<ReplicaRow> = new Probe(
      { ...connection, connectionString: url },
      replicaQuestion,
      () =>
        // A server that starts again may for a moment be where it has been before.
        replica.leaveOut('away'),
    );
    const replica: Replica = new Replica(new URL(url).host, pool, probe, wire, replicaMaxLagMs);
    return replica;
  });
  const primary = new Probe<PrimaryRow>(connection, primaryQuestion);
  return new Replicas(replicas, primary, () => database.background.query(takeTransactionId()));
}

const takeTransactionId = () => sql<never>('kernel.take-transaction-id')`SELECT pg_current_xact_id() AS "id"`;
