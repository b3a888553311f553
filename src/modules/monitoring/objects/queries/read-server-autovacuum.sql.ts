import { sql } from '../../../../kernel/database/sql.js';

export interface ServerAutovacuumRow {
  isOn: boolean;
  /** Without it autovacuum is not told what has changed. */
  isCounting: boolean;
}

export const readServerAutovacuum = () => sql<ServerAutovacuumRow>('monitoring.read-server-autovacuum')`
  SELECT current_setting('autovacuum')::boolean AS "isOn", current_setting('track_counts')::boolean AS "isCounting"`;
