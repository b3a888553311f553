import { constant, sql } from '../../../../kernel/database/sql.js';
import { qualified } from '../../queries/qualified.js';

export interface VacuumOptions {
  isAnalyze?: boolean;
  isFreeze?: boolean;
}

/**
 * Without giving pages at the table's end back, which takes a lock that readers wait for, also those of replicas; autovacuum
 * does that. Without parallel workers, whose reads come on top of the live traffic's.
 */
export const vacuumTable = (p: { schema: string; name: string } & VacuumOptions) => {
  const options = [p.isFreeze && 'FREEZE', p.isAnalyze && 'ANALYZE', 'PARALLEL 0', 'TRUNCATE FALSE'].filter(
    Boolean,
  );
  return sql<never>('maintenance.vacuum-table')`
  VACUUM (${constant(options.join(', '))}) ${qualified(p.schema, p.name)}`;
};
