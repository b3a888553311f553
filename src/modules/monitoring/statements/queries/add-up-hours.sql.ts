import { sql } from '../../../../kernel/database/sql.js';
import { eachFigure, sums } from './figures.js';

/** Each hour that is over, once. */
export const addUpHours = () => sql<never>('monitoring.add-up-statement-hours')`
  INSERT INTO ethhook_admin_statement_hours (at, statement_id, ${eachFigure((name) => name)}, max_exec_ms)
  SELECT date_trunc('hour', d.at, 'UTC'), d.statement_id, ${sums}
    FROM ethhook_admin_statement_deltas d
   WHERE d.at >= coalesce((SELECT max(h.at) + interval '1 hour' FROM ethhook_admin_statement_hours h), '-infinity')
     AND d.at < date_trunc('hour', now(), 'UTC')
   GROUP BY 1, 2`;
