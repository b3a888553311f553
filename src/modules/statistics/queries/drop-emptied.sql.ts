import { constant, sql } from '../../../kernel/database/sql.js';
import { eachCounter } from '../../events/index.js';

export const rollupTables = [
  'statistics_fine',
  'statistics_hours',
  'statistics_days',
  'statistics_totals',
] as const;

/** Rows of which every counter is zero: what they counted was deleted. */
export const dropZeros = (table: (typeof rollupTables)[number]) => sql<object>(
  `statistics.drop-zeros-${table}`,
)`
  DELETE FROM ${constant(table)} t
   WHERE t.events = 0 AND t.attempts = 0 AND (${eachCounter((name) => `t.${name}`)}) = (${eachCounter(() => '0')})`;

/** Of endpoints that are gone, and whose attempts the fold has taken off. */
export const forgetGoneEndpoints = () => sql<object>('statistics.forget-gone-endpoints')`
  DELETE FROM statistics_endpoints s
   WHERE NOT EXISTS (SELECT FROM endpoints p WHERE p.id = s.endpoint_id)
     AND NOT EXISTS (SELECT FROM superseded_attempts v WHERE v.endpoint_id = s.endpoint_id)`;

/** Where events of removed days may be, when none of the user's is left. The fold alone marks them, and runs this between its steps. */
export const forgetFacets = () => sql<object>('statistics.forget-facets')`
  DELETE FROM event_facets f
   WHERE f.day < (SELECT t.attempts_before AT TIME ZONE 'UTC' FROM ethhook_admin_retention t)::date AND isfinite(f.day)
     AND NOT EXISTS (SELECT FROM delivery_attempts a
                      WHERE a.user_id = f.user_id AND a.event_ingested_at >= f.day::timestamp AT TIME ZONE 'UTC'
                        AND a.event_ingested_at < (f.day + 1)::timestamp AT TIME ZONE 'UTC')`;

export const forgetBlocks = () => sql<object>('statistics.forget-blocks')`
  DELETE FROM event_blocks b
   WHERE b.hour < (SELECT t.attempts_before FROM ethhook_admin_retention t) AND isfinite(b.hour)
     AND NOT EXISTS (SELECT FROM delivery_attempts a
                      WHERE a.user_id = b.user_id AND a.event_ingested_at >= b.hour
                        AND a.event_ingested_at < b.hour + INTERVAL '1 hour')`;

/** What was removed of endpoints that are gone: with them go their figures. */
export const removedTables = ['statistics_hours', 'statistics_days', 'statistics_totals'] as const;
export const forgetRemoved = (table: (typeof removedTables)[number]) => sql<object>(
  `statistics.forget-removed-${table}`,
)`
  DELETE FROM ${constant(table)} t
   USING statistics_removed_sets k
   WHERE t.user_id = k.user_id AND t.scope_id = k.scope_id
     AND NOT EXISTS (SELECT FROM endpoints p WHERE p.id = ANY (k.endpoint_ids))`;

export const forgetRemovedSets = () => sql<object>('statistics.forget-removed-sets')`
  DELETE FROM statistics_removed_sets k
   WHERE NOT EXISTS (SELECT FROM endpoints p WHERE p.id = ANY (k.endpoint_ids))`;

export const forgetRemovedDurations = () => sql<object>('statistics.forget-removed-durations')`
  DELETE FROM statistics_removed_durations d
   WHERE NOT EXISTS (SELECT FROM endpoints p WHERE p.id = d.endpoint_id)`;
