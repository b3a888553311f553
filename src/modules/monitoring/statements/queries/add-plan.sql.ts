import { sql } from '../../../../kernel/database/sql.js';

export interface NewPlan {
  queryid: string;
  fingerprint: string;
  cost: number;
  /** With their schemas, sorted. */
  indexes: readonly string[];
  plan: unknown;
}

export const addPlan = (p: NewPlan) => sql<never>('monitoring.add-statement-plan')`
  INSERT INTO ethhook_admin_statement_plans (queryid, fingerprint, cost, indexes, plan)
  SELECT ${p.queryid}::bigint, ${p.fingerprint}, ${p.cost}::float8, ${p.indexes}::text[], ${JSON.stringify(p.plan)}::jsonb
   WHERE (SELECT l.fingerprint FROM ethhook_admin_statement_plans l
           WHERE l.queryid = ${p.queryid}::bigint ORDER BY l.id DESC LIMIT 1) IS DISTINCT FROM ${p.fingerprint}`;
