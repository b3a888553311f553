import { sql } from '../../../../kernel/database/sql.js';
import type { StatementText } from '../statement-text.js';

export interface KnownTextRow extends StatementText {
  queryid: string;
  firstSeenAt: string | null;
  isGone: boolean;
}

export const findText = (p: { queryid: string }) => sql<KnownTextRow>('monitoring.find-statement-text')`
  SELECT k.queryid::text AS "queryid", x.text AS "text", x.label AS "label", coalesce(x.kind, 'unknown') AS "kind",
         coalesce(x.is_masked, false) AS "isMasked", coalesce(x.is_truncated, false) AS "isTruncated",
         CASE WHEN bool_and(k.first_seen_at IS NOT NULL) THEN min(k.first_seen_at) END AS "firstSeenAt",
         bool_and(k.gone_at IS NOT NULL) AS "isGone"
    FROM ethhook_admin_statements k
    LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = k.queryid
   WHERE k.queryid = ${p.queryid}::bigint
   GROUP BY k.queryid, x.queryid`;
