import { constant, foreign, sql } from '../../../../kernel/database/sql.js';
import type { PlanNode } from '../plan-shape.js';

/** Holds for the transaction; who looks for tables finds those that the statement did, and none of a session's own. */
export const guardExplain = (p: { timeoutMs: number; lockTimeoutMs: number }) => sql<{ hasGeneric: boolean }>(
  'monitoring.guard-explain',
)`
  SELECT set_config('statement_timeout', ${String(p.timeoutMs)}, true),
         set_config('lock_timeout', ${String(p.lockTimeoutMs)}, true),
         set_config('plan_cache_mode', 'force_generic_plan', true),
         set_config('search_path', 'pg_catalog, ' || current_setting('search_path') || ', pg_temp', true),
         current_setting('server_version_num')::int >= 160000 AS "hasGeneric"`;

const NAME = 'ethhook_generic';

// PREPARE takes only what has a plan, and the server takes only one statement of it: the text can be nothing else.
export const prepareText = (p: { text: string }) => ({
  ...sql<never>('monitoring.prepare-text')`PREPARE ${constant(NAME)} AS ${foreign(p.text)}`,
  name: '',
  isAlone: true,
});

export const countParameters = () => sql<{ parameters: number }>('monitoring.count-parameters')`
  SELECT cardinality(s.parameter_types) AS "parameters" FROM pg_prepared_statements s WHERE s.name = ${NAME}`;

export const forgetText = () => ({
  ...sql<never>('monitoring.forget-text')`DEALLOCATE ${constant(NAME)}`,
  name: '',
});

export interface ExplainRow {
  'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
}

/** 16 and later: with $n in the text. Sent as text alone, since they are not parameters of this statement. */
export const explainGeneric = (p: { text: string }) => ({
  ...sql<ExplainRow>(
    'monitoring.explain-generic',
  )`EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) ${foreign(p.text)}`,
  name: '',
});

/** Before 16: what was prepared, planned for any values. */
export const explainPrepared = (p: { parameters: number }) => ({
  ...sql<ExplainRow>('monitoring.explain-prepared')`
    EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE ${constant(
      NAME + (p.parameters === 0 ? '' : `(${Array(p.parameters).fill('NULL').join(', ')})`),
    )}`,
  name: '',
});
