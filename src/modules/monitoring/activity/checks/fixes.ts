import { literal } from '../../../maintenance/index.js';
import type { SessionFacts } from '../activity.reads.js';

type Named = Pick<SessionFacts, 'pid' | 'backendStart'>;

/** Ends this session, and no other that has its pid by the time it is run; null where it cannot be told apart. */
export const terminateSql = ({ pid, backendStart }: Named): string | null =>
  backendStart === null
    ? null
    : `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ${pid} AND backend_start = ${literal(backendStart)};`;

export const rollbackPreparedSql = (name: string) => `ROLLBACK PREPARED ${literal(name)};`;

/** The same tomorrow, and not that of another session with the pid. */
export const sessionObject = ({ pid, backendStart }: Named) =>
  backendStart === null ? `session ${pid}` : `session ${pid} of ${backendStart}`;

export const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MB`;

export const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;

export const seconds = (value: number) => `${Math.round(value).toLocaleString('en-US')} s`;
