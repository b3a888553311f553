import { sql } from '../../../kernel/database/sql.js';

/** Also asks for the user's rollups to be counted anew when `drifted` is not 0. */
export const recordAudit = (p: {
  userId: string;
  day: string;
  rows: number;
  drifted: number;
  evidence: string;
}) => sql<object>('statistics.record-audit')`
  WITH repair AS (
    INSERT INTO statistics_rebuilds (user_id, part, reason)
    SELECT ${p.userId}, 'all', format('audit: %s of %s rows were wrong', ${p.drifted}::int, ${p.rows}::int)
     WHERE ${p.drifted}::int > 0
    RETURNING id
  )
  INSERT INTO statistics_audits (user_id, day, rows, drifted, evidence, repaired)
  SELECT ${p.userId}, ${p.day}, ${p.rows}, ${p.drifted}, ${p.evidence}::jsonb, EXISTS (SELECT FROM repair)`;

/** Of the audits that found nothing, and of those that did, so many stay. */
export const dropOldAudits = (p: { kept: number }) => sql<object>('statistics.drop-old-audits')`
  DELETE FROM statistics_audits a
   WHERE a.id IN (SELECT x.id
                    FROM (SELECT b.id, row_number() OVER (PARTITION BY b.drifted > 0 ORDER BY b.id DESC) AS place
                            FROM statistics_audits b) x
                   WHERE x.place > ${p.kept})`;
