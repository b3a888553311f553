import { sql } from '../../../../kernel/database/sql.js';
import type { StatementText } from '../statement-text.js';

export interface TextOfStatement extends StatementText {
  queryid: string;
}

export const addTexts = (p: { texts: readonly TextOfStatement[] }) => sql<never>(
  'monitoring.add-statement-texts',
)`
  INSERT INTO ethhook_admin_statement_texts (queryid, text, label, kind, is_masked, is_truncated)
  SELECT t.queryid, t.text, t.label, t.kind, t."isMasked", t."isTruncated"
    FROM jsonb_to_recordset(${JSON.stringify(p.texts)}::jsonb) t (queryid bigint, text text, label text, kind text,
                                                                 "isMasked" boolean, "isTruncated" boolean)
      ON CONFLICT DO NOTHING`;
