import { sql } from '../../database/sql.js';

export const readBackendPid = () => sql<{ pid: number }>('tasks.read-backend-pid')`
  SELECT pg_backend_pid() AS "pid"`;
