import type { Latency } from '../report/latency.js';
import { connect, withConnection, type BenchConnection } from './connection.js';
import { findUser, selectOne } from './floor.sql.js';
import { measureThroughput, type Operation, type Throughput } from './load.js';
import { liveReaders } from './readers.js';
import { statements, type Measured } from './statements.js';
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
  const [heavy] = tenants as [Tenant];
  const operations: Operation<BenchConnection>[] = [
    { name: 'SELECT 1', send: (connection) => connection.query(selectOne) },
    { name: 'primary-key read', send: (connection) => connection.query(findUser({ userId: heavy.userId })) },
  ];
  const add = ({ name, read }: Measured, tenant: Tenant) =>
    operations.push({
      name: `${name}, ${tenant.name}`,
      send: (connection) => read(liveReaders(connection), tenant),
    });
  for (const statement of statements.filter(({ kind }) => kind === 'dashboard'))
    for (const tenant of tenants) add(statement, tenant);
  const firstPage = statements.find(({ kind }) => kind === 'list');
  if (firstPage) add(firstPage, heavy);
  return measureThroughput(() => connect(databaseUrl, signal), operations, roundSeconds, signal);
}
