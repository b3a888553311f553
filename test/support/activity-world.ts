import pg from 'pg';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { LeaderSession } from '../../src/kernel/tasks/leader-session.js';
import type { CheckResult } from '../../src/modules/monitoring/checks/check.js';
import {
  activityBounds,
  type ActivityBounds,
} from '../../src/modules/monitoring/activity/checks/activity-bounds.js';
import { activityChecks } from '../../src/modules/monitoring/activity/checks/activity-checks.js';
import { openSession, type OwnSession } from './own-session.js';

/** Runs one of the activity's checks. */
export async function runCheck(
  runner: QueryRunner,
  name: string,
  bounds: Partial<ActivityBounds> = {},
  replicas: Parameters<typeof activityChecks>[0]['replicas'] = { states: () => Promise.resolve([]) },
): Promise<CheckResult> {
  const check = activityChecks({ replicas }, { ...activityBounds, ...bounds }).find(
    (one) => one.name === name,
  );
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check.find(runner);
}

/** A session that is no leader of anything, given to a collector. */
export const asLeader = (session: OwnSession) => session as unknown as LeaderSession;

/** A client of the test's own, as some other program is. */
export interface Victim {
  pid: number;
  run(text: string): Promise<unknown>;
  /** Runs it in the background; resolves with the SQLSTATE that it fails with, or with null. */
  start(text: string): Promise<string | null>;
  close(): Promise<void>;
}

export async function openVictim(url: string, application: string): Promise<Victim> {
  const client = new pg.Client({ connectionString: url, application_name: application });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return {
    pid: rows[0]?.pid ?? 0,
    run: (text) => client.query(text),
    start: (text) =>
      client.query(text).then(
        () => null,
        (error: { code?: string }) => error.code ?? 'lost',
      ),
    close: () => client.end().catch(() => undefined),
  };
}

export interface Roles {
  plain: OwnSession;
  monitor: OwnSession;
  superuser: OwnSession;
}

/** The same database as a plain role, as one that may monitor, and as a superuser. */
export async function openRoles(
  superuserUrl: string,
): Promise<Roles & { urls: Record<keyof Roles, string> }> {
  const superuser = await openSession(superuserUrl);
  await superuser.run(`
    CREATE ROLE plain LOGIN PASSWORD 'plain';
    CREATE ROLE monitor LOGIN PASSWORD 'monitor';
    GRANT pg_monitor TO monitor;
    GRANT ALL ON ALL TABLES IN SCHEMA public TO plain, monitor`);
  const urls = {
    superuser: superuserUrl,
    plain: as(superuserUrl, 'plain'),
    monitor: as(superuserUrl, 'monitor'),
  };
  return { superuser, plain: await openSession(urls.plain), monitor: await openSession(urls.monitor), urls };
}

function as(url: string, role: string): string {
  const own = new URL(url);
  own.username = own.password = role;
  return own.href;
}
