import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { AppConfig } from '../config/config.js';
import { pooledConnectionOptions, poolOptions } from './connection.js';

export const READ = 'ethhook-admin read';
const WRITE = 'ethhook-admin write';
const REPLICA = 'ethhook-admin replica';

/**
 * TypeORM's replication: its master writes, its slaves are what is read from, the primary last. TypeORM connects to each at
 * the start and does not start without; a replica that is away then must not keep the server from it.
 */
class KernelPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Parameters<pg.Pool['connect']>[0]): void;
  override connect(callback?: Parameters<pg.Pool['connect']>[0]): Promise<pg.PoolClient> | void {
    if (callback === undefined) return super.connect();
    if (this.options.application_name !== REPLICA) return super.connect(callback);
    callback(undefined, undefined, () => undefined);
  }
}

export function typeOrmOptions(config: AppConfig): TypeOrmModuleOptions {
  const { application_name: _1, connectionString: url, ...options } = pooledConnectionOptions(config, READ);
  const pool = (url: string | undefined, applicationName: string) => ({
    ...(url === undefined ? {} : { url }),
    applicationName,
  });
  return {
    type: 'postgres',
    entities: [],
    logging: false,
    installExtensions: false,
    // main.ts has waited for the database before; from here on a failure is one.
    retryAttempts: 0,
    driver: { ...pg, Pool: KernelPool },
    replication: {
      master: pool(url, WRITE),
      slaves: [...config.database.replicaUrls.map((replica) => pool(replica, REPLICA)), pool(url, READ)],
    },
    extra: { ...options, ...poolOptions(config) },
  };
}

export interface TypeOrmPools {
  write: pg.Pool;
  read: pg.Pool;
  /** In the order of DATABASE_REPLICA_URLS. */
  replicas: pg.Pool[];
}

export function poolsOf({ driver }: DataSource): TypeOrmPools {
  const { master, slaves } = driver as unknown as { master: pg.Pool; slaves: pg.Pool[] };
  const [read, ...replicas] = slaves.toReversed();
  if (read === undefined) throw new Error('TypeORM has no pool to read from');
  return { write: master, read, replicas: replicas.toReversed() };
}
