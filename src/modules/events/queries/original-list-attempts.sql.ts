import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import type { AttemptFilter, AttemptRow } from '../events.reads.js';
import { attemptColumns } from './attempt-columns.js';
import { originalAttempts } from './original-attempts.js';
import {
  originalPage,
  originalPageColumns,
  type OriginalPage,
  type OriginalPageColumns,
} from './original-page.js';

/** The page's columns stand in every row; a page without attempts is one row with them alone. */
export type OriginalAttemptRow = OriginalPageColumns & (AttemptRow | { id: null });

/** A page of the attempts at endpoints of this user, newest first by (attempted_at, id), with the total. */
export const originalListAttempts = (p: { filter: AttemptFilter; page: OriginalPage; limit: number }) => {
  const { eventId, success, ...of } = p.filter;
  return sql<OriginalAttemptRow>('events.original-list-attempts')`
  WITH matching AS MATERIALIZED (
    SELECT da.id, coalesce(da.attempted_at, '-infinity') AS at
      FROM ${originalAttempts(of)}
       ${eventId === undefined ? nothing : fragment`AND da.event_id = ${eventId}`}
       ${success === undefined ? nothing : fragment`AND da.success = ${success}`}
  ), ${originalPage(p.page, p.limit)}
  SELECT ${originalPageColumns},
         ${attemptColumns(fragment`coalesce(e.ingested_at, '-infinity')`)}
    FROM extent x
    LEFT JOIN page ON true
    LEFT JOIN delivery_attempts da ON da.id = page.id
    LEFT JOIN events e ON e.id = da.event_id
    LEFT JOIN endpoints ep ON ep.id = da.endpoint_id
   ORDER BY coalesce(da.attempted_at, '-infinity') DESC, da.id DESC`;
};
