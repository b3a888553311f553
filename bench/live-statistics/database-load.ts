import type { Latency } from '../report/latency.js';
import { connect, withConnection, type BenchConnection } from './connection.js';
import { findUser, selectOne } from './floor.sql.js';
import { measureThroughput, type Operation, type Throughput } from './load.js';
import { liveReaders } from './readers.js';
import { statements } from './statements.js';
import type { Tenant } from './tenants.js';
import { timeWarm } from './timing.js';

export interface Floor {
  selectOne: Latency;
  primaryKey: Latency;
}

export const measureFloor = (databaseUrl: string, { userId }: Tenant, signal: AbortSignal): Promise<Floor> =>
  withConnection(databaseUrl, signal, async (connection) => ({
    selectOne: await timeWarm(() => connection.query(selectOne), signal),
    primaryKey: await timeWarm(() => connection.query(findUser({ userId })), signal),
  }));

/** Over one connection for each client, from this process. */
export function measureDatabaseThroughput(
  databaseUrl: string,
  tenants: readonly Tenant[],
  roundSeconds: number,
  signal: AbortSignal,
): Promise<Throughput[]> {
  const operation = (name: string, send: (connection: BenchConnection) => Promise<unknown>) => ({
    name,
    connect: () => connect(databaseUrl, signal),
    send,
  });
  const [heavy] = tenants as [Tenant];
  const operations: Operation<BenchConnection>[] = [
    operation('SELECT 1', (connection) => connection.query(selectOne)),
    operation('primary-key read', (connection) => connection.query(findUser({ userId: heavy.userId }))),
  ];
  for (const { name, read } of statements.filter(({ kind }) => kind === 'dashboard')) {
    for (const tenant of tenants)
      operations.push(
        operation(`${name}, ${tenant.name}`, (connection) => read(liveReaders(connection), tenant)),
      );
  }
  const firstPage = statements.find(({ kind }) => kind === 'list');
  if (firstPage)
    operations.push(
      operation(`${firstPage.name}, heavy`, (connection) => firstPage.read(liveReaders(connection), heavy)),
    );
  return measureThroughput(operations, roundSeconds, signal);
}
