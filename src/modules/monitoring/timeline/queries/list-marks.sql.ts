import { sql } from '../../../../kernel/database/sql.js';
import { markColumns, marks, type MarkKind, type MarkRow } from './marks.js';

export interface MarkFilter {
  /** null: without that bound. */
  from: string | null;
  until: string | null;
  kinds: readonly MarkKind[] | null;
  /** The mark after which the page begins. */
  before: { at: string; key: string } | null;
  limit: number;
}

/** Newest first, by when they were done. */
export const listMarks = (p: MarkFilter) => sql<MarkRow>('monitoring.list-marks')`
  SELECT ${markColumns}
    FROM (${marks}) m
   WHERE (${p.from}::timestamptz IS NULL OR m.at >= ${p.from}::timestamptz)
     AND (${p.until}::timestamptz IS NULL OR m.at < ${p.until}::timestamptz)
     AND (${p.kinds}::text[] IS NULL OR m.kind = ANY (${p.kinds}::text[]))
     AND (${p.before?.at ?? null}::timestamptz IS NULL
          OR (m.at, md5(m.id)::uuid) < (${p.before?.at ?? null}::timestamptz, ${p.before?.key ?? null}::uuid))
   ORDER BY m.at DESC, md5(m.id)::uuid DESC
   LIMIT ${p.limit}`;
