import { constant, fragment } from '../../../kernel/database/sql.js';
import { eachCounter } from '../../events/index.js';

/** What an audit has found: rows that were counted anew, those that differ, and the first of these. */
export interface AuditRow {
  rows: number;
  drifted: number;
  evidence: readonly Readonly<Record<string, unknown>>[];
}

const MAX_EVIDENCE = 10;

export const negatedCounters = (alias: string) => eachCounter((name) => `-${alias}.${name}`);

/** `off`: from `compared` (source, kind, scope_id, bucket, counters; what was counted, less what is there) by how much. */
export const offCte = fragment`
  off AS MATERIALIZED (
    SELECT x.*, greatest(${eachCounter((name) => `abs(x.${name})`)}) > 0 AS is_off
      FROM (SELECT c.source, c.kind, c.scope_id, c.bucket, ${eachCounter((name) => `sum(c.${name}) AS ${name}`)}
              FROM compared c
             GROUP BY c.source, c.kind, c.scope_id, c.bucket) x
  )`;

/** Of `off` (…, is_off), which has a row for each that was compared. */
export const auditColumns = fragment`
         count(*)::int AS "rows", (count(*) FILTER (WHERE o.is_off))::int AS "drifted",
         coalesce((SELECT jsonb_agg(to_jsonb(e) - 'is_off')
                     FROM (SELECT f.* FROM off f WHERE f.is_off LIMIT ${constant(String(MAX_EVIDENCE))}) e), '[]') AS "evidence"`;
