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
