import type { QueryRunner } from 'typeorm';

export interface LockHolders {
  /** Who held the lock that the session waited for; null: it waited for none, or they were gone. Never their SQL. */
  seen: string | null;
  stop(): void;
}

const holdersSql = `
  SELECT string_agg(format('backend %s (%s%s)', a.pid, coalesce(nullif(a.application_name, ''), a.backend_type, 'unknown'),
                           coalesce(format(', transaction open for %s s', extract(epoch FROM now() - a.xact_start)::int), '')),
                    ' and ' ORDER BY a.xact_start) AS "holders"
    FROM pg_stat_activity a WHERE a.pid = ANY(pg_blocking_pids($1))`;

/** Looks from a second session, every so often, since the one that waits cannot tell, and forgets at its time-out. */
export function watchLockHolders(runner: QueryRunner, pid: number, everyMs: number): LockHolders {
  let looking = false;
  const holders: LockHolders = { seen: null, stop: () => clearInterval(timer) };
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    runner.dataSource
      .query<{ holders: string | null }[]>(holdersSql, [pid])
      .then((rows) => (holders.seen = rows[0]?.holders ?? holders.seen))
      .catch(() => undefined) // only a help to who reads the log
      .finally(() => (looking = false));
  }, everyMs);
  return holders;
}
