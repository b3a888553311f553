import { sql } from '../../../../kernel/database/sql.js';

export const readSharedBuffers = () => sql<{ bytes: number }>('monitoring.read-shared-buffers')`
  SELECT pg_size_bytes(current_setting('shared_buffers'))::float8 AS "bytes"`;
