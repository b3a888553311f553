import { fragment, nothing, sql } from '../../../../kernel/database/sql.js';
import type { StatementRange } from './figures.js';

export interface StatementPlanRow {
  queryid: string;
  label: string | null;
  seenAt: string;
  fingerprint: string;
  cost: number;
  indexes: string[];
  plan: unknown;
  /** Of the plan before; null: this is the first that is known. */
  previous: { fingerprint: string; cost: number; indexes: string[]; plan: unknown; seenAt: string } | null;
  /** Indexes of the plan before that are not there any more. */
  lostIndexes: string[];
}

/** Plans that came up in the range, newest first, each with the one before it; `changesOnly`: not the first ones. */
export const listPlans = (
  p: StatementRange & { queryid: string | null; changesOnly: boolean; limit: number },
) => sql<StatementPlanRow>('monitoring.list-statement-plans')`
  SELECT n.queryid::text AS "queryid", x.label AS "label", n.seen_at AS "seenAt", n.fingerprint AS "fingerprint",
         n.cost AS "cost", n.indexes AS "indexes", n.plan AS "plan",
         CASE WHEN b.id IS NOT NULL THEN jsonb_build_object(
           'fingerprint', b.fingerprint, 'cost', b.cost, 'indexes', b.indexes, 'plan', b.plan,
           'seenAt', to_char(b.seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) END AS "previous",
         ARRAY(SELECT i FROM unnest(b.indexes) i WHERE to_regclass(i) IS NULL ORDER BY i) AS "lostIndexes"
    FROM ethhook_admin_statement_plans n
    LEFT JOIN LATERAL (SELECT o.* FROM ethhook_admin_statement_plans o
                        WHERE o.queryid = n.queryid AND o.id < n.id ORDER BY o.id DESC LIMIT 1) b ON true
    LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = n.queryid
   WHERE n.seen_at >= ${p.from}::timestamptz AND n.seen_at < ${p.until}::timestamptz
     ${p.queryid === null ? nothing : fragment`AND n.queryid = ${p.queryid}::bigint`}
     ${p.changesOnly ? fragment`AND b.id IS NOT NULL` : nothing}
   ORDER BY n.id DESC
   LIMIT ${p.limit}`;
