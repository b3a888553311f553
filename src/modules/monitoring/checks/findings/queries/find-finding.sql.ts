import { sql } from '../../../../../kernel/database/sql.js';
import { findingColumns, type FindingRow } from './finding-columns.js';

export const findFinding = (id: string) => sql<FindingRow>('monitoring.find-finding')`
  SELECT ${findingColumns} FROM ethhook_admin_findings f WHERE f.id = ${id}::uuid`;
