import { readFile } from 'node:fs/promises';
import { sql } from '../../src/kernel/database/sql.js';
import { withSession } from '../server/session.js';
import type { Latency } from '../report/latency.js';
import type { BenchConnection } from './connection.js';

/** What the server does for one read; means of the runs, in ms. */
export interface ServerTime {
  /** By pg_stat_statements: without parsing, binding and starting the plan, which for large statements is more than half. */
  executingMs: number;
  /** All that the backend computes; null where the system is not Linux. */
  cpuMs: number | null;
}

const selectExecutingMs = `
  SELECT coalesce(sum(s.total_exec_time), 0)::float8 AS "totalMs" FROM pg_stat_statements s
   WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
     AND s.userid = (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user)
     AND s.query LIKE '% /* %'`;

const selectBackend = sql<{ pid: number }>('bench.select-backend')`SELECT pg_backend_pid() AS "pid"`;

/** Of the runs of `work`, which go over this connection, the only one that sends labelled statements. */
export async function withServerTime(
  databaseUrl: string,
  connection: BenchConnection,
  work: () => Promise<Latency>,
): Promise<{ warm: Latency; server: ServerTime }> {
  const [backend] = await connection.query(selectBackend);
  const totalMs = () =>
    withSession(databaseUrl, (query) => query<{ totalMs: number }>(selectExecutingMs)).then(
      ([row]) => row?.totalMs ?? NaN,
    );
  const before = { executingMs: await totalMs(), cpuMs: await readCpuMs(backend?.pid) };
  const warm = await work();
  const after = { cpuMs: await readCpuMs(backend?.pid), executingMs: await totalMs() };
  const server = {
    executingMs: (after.executingMs - before.executingMs) / warm.count,
    cpuMs: before.cpuMs === null || after.cpuMs === null ? null : (after.cpuMs - before.cpuMs) / warm.count,
  };
  return { warm, server };
}

/** Since the process began. */
async function readCpuMs(pid: number | undefined): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => null);
  return text === null ? null : Number(text.split(' ')[0]) / 1e6;
}
