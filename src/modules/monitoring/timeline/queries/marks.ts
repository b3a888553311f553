import { fragment } from '../../../../kernel/database/sql.js';

export const markKinds = ['migration', 'configuration', 'deployment', 'maintenance', 'manual'] as const;
export type MarkKind = (typeof markKinds)[number];

export interface MarkRow {
  /** `<source>:<id>`, the same whenever it is read. */
  id: string;
  /** Of the id, for cursors. */
  key: string;
  kind: MarkKind;
  /** RFC 3339, UTC, microseconds. Before `at` for what took a while. */
  beganAt: string;
  /** When it was done. */
  at: string;
  name: string;
  details: Readonly<Record<string, unknown>>;
  by: string | null;
}

/** Jobs that run all the time, or whose changes are marks of their own, as settings. */
const unmarkedJobs = [
  'refresh-recent-stats',
  'upkeep-daily-stats',
  'prune-history',
  'apply-setting',
  'revert-setting',
  'tune-autovacuum',
  'revert-autovacuum',
];

/** All that is known to have been changed: read where it is recorded; only what nothing else records is kept as a mark. */
export const marks = fragment`
  SELECT 'mark:' || t.id AS id, t.kind, t.at AS began_at, t.at, t.name, t.details, t.by
    FROM ethhook_admin_timeline t
   UNION ALL
  SELECT 'migration:' || m.name, 'migration', coalesce(j.begun_at, d.executed_at), d.executed_at, m.name,
         jsonb_build_object('changes', coalesce(j.changes, '[]')), NULL
    FROM ethhook_admin_migrations m
   -- A ledger that TypeORM's command line made has no such column.
   CROSS JOIN LATERAL (SELECT (to_jsonb(m) ->> 'executed_at')::timestamptz AS executed_at) d
    LEFT JOIN LATERAL (
           SELECT min(c.recorded_at) FILTER (WHERE c.object = 'migration' AND c.recorded_at < d.executed_at) AS begun_at,
                  jsonb_agg(jsonb_build_object('object', c.object, 'action', c.action, 'reason', c.reason) ORDER BY c.object)
                    FILTER (WHERE c.object <> 'migration') AS changes
             FROM ethhook_admin_schema_changes c WHERE c.migration = m.name) j ON true
   WHERE d.executed_at IS NOT NULL
   UNION ALL
  SELECT 'setting:' || s.id, 'configuration', s.changed_at, s.changed_at,
         CASE WHEN s.target = 'server' THEN s.setting ELSE s.target || ' ' || s.setting END,
         jsonb_build_object('target', s.target, 'before', s.value_before, 'after', s.value_after, 'reason', s.reason), NULL
    FROM ethhook_admin_setting_changes s WHERE s.verified_at IS NOT NULL
   UNION ALL
  SELECT 'setting-revert:' || s.id, 'configuration', s.reverted_at, s.reverted_at,
         CASE WHEN s.target = 'server' THEN s.setting ELSE s.target || ' ' || s.setting END,
         jsonb_build_object('target', s.target, 'before', s.value_after, 'after', s.value_before, 'reason', 'taken back'), NULL
    FROM ethhook_admin_setting_changes s WHERE s.reverted_at IS NOT NULL AND s.verified_at IS NOT NULL
   UNION ALL
  SELECT 'run:' || r.id, 'maintenance', coalesce(r.started_at, r.finished_at), r.finished_at, r.job,
         jsonb_build_object('rows', r.rows, 'summary', r.summary, 'parameters', r.parameters), r.asked_by
    FROM ethhook_admin_job_runs r
   WHERE r.state = 'succeeded' AND r.rows > 0 AND NOT r.is_dry_run AND r.job <> ALL (${unmarkedJobs}::text[])`;

/** Of a mark `m`. */
export const markColumns = fragment`
         m.id, md5(m.id)::uuid::text AS "key", m.kind,
         to_char(m.began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "beganAt",
         to_char(m.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "at", m.name, m.details, m.by`;
