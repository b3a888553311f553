import { sql } from '../../../../../kernel/database/sql.js';
import { alertColumns, type AlertRow } from './alert-columns.js';

/** One about no finding. */
export const addTestAlert = () => sql<AlertRow>('monitoring.add-test-alert')`
  INSERT INTO ethhook_admin_alerts AS a (kind) VALUES ('test') RETURNING ${alertColumns}`;
