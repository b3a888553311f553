import { killedIndexJobs } from './killed-index-jobs.js';
import { busy, half, heldBy, holdFunctions, holding, thinOut, type KilledJob } from './killed-job.js';
import { ids } from './small-world.js';

const views: KilledJob[] = [
  {
    job: 'refresh-recent-stats',
    at: 'writing the new rows',
    prepare: ['CREATE INDEX ON user_recent_stats (held(event_count_24h::int))'],
    hold: holding,
    waits: 'maintenance.refresh-recent-stats',
    half: half('SELECT user_id::text FROM user_recent_stats', 'nothing'),
    isRetried: false,
    result: `SELECT to_jsonb(v) - 'refreshed_at' AS row FROM user_recent_stats v ORDER BY user_id`,
  },
  {
    job: 'upkeep-daily-stats',
    at: 'the second user',
    parameters: { everything: true },
    prepare: [heldBy('INSERT', 'user_daily_stats', `NEW.user_id = '${ids.bob}'`)],
    hold: holding,
    waits: 'maintenance.recount-days',
    half: half('SELECT DISTINCT user_id::text FROM user_daily_stats', ids.alice),
    isRetried: true,
    result: `SELECT user_id, date FROM ethhook_admin_daily_changes ORDER BY 1, 2`,
  },
];

const vacuums: KilledJob[] = [
  {
    job: 'vacuum',
    at: 'ANALYZE after VACUUM',
    prepare: [busy(5000), 'CREATE INDEX ON busy (held(n))', thinOut],
    hold: holding,
    waits: 'maintenance.vacuum-table',
    half: half(
      `SELECT CASE WHEN reltuples < 1000 THEN 'vacuumed' END FROM pg_class WHERE relname = 'busy'`,
      'vacuumed',
    ),
    isRetried: true,
    result: `SELECT c.reltuples::int, c.relallvisible = c.relpages AS visible,
                    (SELECT count(*) FROM pg_stats s WHERE s.tablename IN ('busy', 'busy_held_idx')) AS stats
               FROM pg_class c WHERE c.relname = 'busy'`,
  },
  {
    job: 'freeze',
    at: 'a page that is read',
    prepare: [
      busy(500, ', autovacuum_freeze_max_age = 100000'),
      'VACUUM (FREEZE) busy',
      'UPDATE busy SET n = n',
      // Rolled back, they take no locks along.
      `DO $$ BEGIN WHILE (SELECT age(relfrozenxid) FROM pg_class WHERE relname = 'busy') < 52000 LOOP
         FOR i IN 1..2000 LOOP
           BEGIN PERFORM FROM busy WHERE n = 1 LIMIT 1 FOR UPDATE; RAISE EXCEPTION 'consumed';
           EXCEPTION WHEN raise_exception THEN NULL; END;
         END LOOP; COMMIT; END LOOP; END $$`,
    ],
    hold: ['BEGIN', 'DECLARE pin CURSOR FOR SELECT n FROM busy', 'FETCH 1 FROM pin'],
    waits: 'maintenance.vacuum-table',
    half: half(
      `SELECT CASE WHEN age(relfrozenxid) < 50000 THEN 'frozen' END FROM pg_class WHERE relname = 'busy'`,
      'nothing',
    ),
    isRetried: true,
    result: `SELECT age(relfrozenxid) < 50000 AS frozen FROM pg_class WHERE relname = 'busy'`,
  },
  {
    job: 'analyze-partitioned',
    at: 'counting',
    prepare: [
      `CREATE TABLE parts (n int) PARTITION BY RANGE (n);
       CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000) WITH (autovacuum_enabled = false);
       INSERT INTO parts SELECT n % 900 FROM generate_series(1, 5000) n;
       CREATE STATISTICS parts_held ON held(n), n FROM parts`,
    ],
    hold: holding,
    waits: 'maintenance.analyze-one-table',
    half: half(
      `SELECT CASE WHEN inherited THEN 'analyzed' END FROM pg_stats WHERE tablename = 'parts'`,
      'nothing',
    ),
    isRetried: true,
    result: `SELECT tablename, attname, n_distinct FROM pg_stats WHERE tablename = 'parts' AND inherited`,
  },
];

const setting = `autovacuum_vacuum_scale_factor`;
const large = ['events', 'delivery_attempts'].map(
  (table) => `UPDATE pg_class SET reltuples = 5000000 WHERE oid = '${table}'::regclass`,
);
const settings: KilledJob[] = [
  {
    job: 'tune-autovacuum',
    at: 'the record of the second table',
    prepare: [...large, heldBy('INSERT', 'ethhook_admin_setting_changes', `NEW.target = 'public.events'`)],
    hold: holding,
    waits: 'maintenance.record-setting-change',
    half: half(
      `SELECT DISTINCT target FROM ethhook_admin_setting_changes
                UNION ALL SELECT 'set' FROM pg_class WHERE relname = 'events' AND reloptions::text ~ 'scale_factor'`,
      'public.delivery_attempts',
    ),
    isRetried: true,
    result: `SELECT target, setting, value_before, value_after FROM ethhook_admin_setting_changes ORDER BY 1, 2`,
  },
  {
    job: 'revert-autovacuum',
    at: 'after the settings, before their record',
    parameters: { table: 'public.events' },
    prepare: [
      ...large,
      `ALTER TABLE events SET (${setting} = 0.05)`,
      `INSERT INTO ethhook_admin_setting_changes (target, setting, value_after, reason, verified_at)
       VALUES ('public.events', '${setting}', '0.05', 'large', now())`,
      heldBy('UPDATE', 'ethhook_admin_setting_changes', 'true'),
    ],
    hold: holding,
    waits: 'maintenance.mark-setting-change-reverted',
    half: half(
      `SELECT 'recorded' FROM ethhook_admin_setting_changes WHERE reverted_at IS NULL
                UNION ALL SELECT 'set' FROM pg_class WHERE relname = 'events' AND reloptions::text ~ '${setting}'`,
      'recorded, set',
    ),
    isRetried: true,
    result: `SELECT setting, reverted_at IS NOT NULL AS reverted FROM ethhook_admin_setting_changes`,
  },
];

const OLD = `INTERVAL '50 days'`;
const old = `SELECT e.id FROM events e WHERE e.ingested_at < now() - ${OLD}`;
const removals: KilledJob[] = [
  {
    job: 'retention',
    at: 'the second batch',
    parameters: { days: 40 },
    prepare: [heldBy('DELETE', 'events', `OLD.transaction_hash = 'old 101'`)],
    hold: holding,
    waits: 'maintenance.remove-events',
    half: half(
      `SELECT count(*)::text || ' events' FROM (${old}) e UNION ALL
                SELECT count(*)::text || ' attempts' FROM delivery_attempts a WHERE a.event_id IN (${old}) UNION ALL
       SELECT 'the time is known' FROM ethhook_admin_retention t WHERE t.events_before > '-infinity'`,
      '150 attempts, 150 events, the time is known',
    ),
    isRetried: true,
    result: `SELECT to_jsonb(t) AS row FROM ethhook_admin_retention t`,
  },
  {
    job: 'prune-history',
    at: 'the second table',
    prepare: [
      `INSERT INTO ethhook_admin_shadow_differences (read, parameters, seen_at)
       SELECT 'r', '{}', now() - n * INTERVAL '1 day' FROM generate_series(1, 2500) n;
       INSERT INTO statistics_audits (user_id, day, rows, drifted, audited_at)
       SELECT '${ids.alice}', now(), 1, 0, now() - n * INTERVAL '1 day' FROM generate_series(350, 380) n`,
      heldBy('DELETE', 'statistics_audits', 'true'),
    ],
    hold: holding,
    waits: 'maintenance.prune-history',
    half: half(
      `SELECT count(*)::text || ' differences' FROM ethhook_admin_shadow_differences UNION ALL
                SELECT count(*)::text || ' audits' FROM statistics_audits`,
      '31 audits, 89 differences',
    ),
    isRetried: true,
    result: `SELECT (SELECT count(*) FROM ethhook_admin_shadow_differences) AS differences,
                    (SELECT count(*) FROM statistics_audits) AS audits`,
  },
];

/** Events with an attempt each, from long ago. */
export const oldEvents = `
  INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
  SELECT md5('old' || n)::uuid, n, '0xb', 'old ' || n, 0, '0xc', '{}', '0x', now() - INTERVAL '60 days' + n * INTERVAL '1 minute'
    FROM generate_series(1, 250) n;
  INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, success, duration_ms, attempted_at)
  SELECT md5('try' || n)::uuid, md5('old' || n)::uuid, CASE n % 2 WHEN 0 THEN '${ids.aliceMain}' ELSE '${ids.bobMain}' END::uuid,
         1, n % 3 > 0, n, now() - INTERVAL '60 days' + n * INTERVAL '1 minute'
    FROM generate_series(1, 250) n`;

export const killedJobs: readonly KilledJob[] = [
  ...views,
  ...vacuums,
  ...settings,
  ...killedIndexJobs,
  ...removals,
];

const changes = `SELECT c.value_after, c.verified_at IS NOT NULL AS verified, c.reverted_at IS NOT NULL AS reverted,
         (SELECT f.setting FROM pg_file_settings f WHERE f.name = 'work_mem' AND f.sourcefile ~ 'auto.conf') AS written
    FROM ethhook_admin_setting_changes c`;
const halfSet = (answer: string) =>
  half(
    `SELECT 'in the file' FROM pg_file_settings f WHERE f.name = 'work_mem' AND f.sourcefile ~ 'auto.conf' UNION ALL
     SELECT CASE WHEN c.verified_at IS NULL THEN 'begun' ELSE 'done' END FROM ethhook_admin_setting_changes c`,
    answer,
  );

/** Each on a server of its own. */
export const killedSettings: readonly (KilledJob & { expected: readonly object[] })[] = [
  {
    job: 'apply-setting',
    at: 'after the setting, before its record',
    parameters: { name: 'work_mem', value: '16MB' },
    prepare: [holdFunctions, heldBy('UPDATE', 'ethhook_admin_setting_changes', 'true')],
    hold: holding,
    waits: 'maintenance.mark-setting-change-verified',
    half: halfSet('begun, in the file'),
    isRetried: false,
    result: changes,
    expected: [{ value_after: '16MB', verified: true, reverted: false, written: '16MB' }],
  },
  {
    job: 'revert-setting',
    at: 'after the setting, before its record',
    parameters: { name: 'work_mem' },
    prepare: [
      holdFunctions,
      `INSERT INTO ethhook_admin_setting_changes (target, setting, value_after, reason, verified_at)
       VALUES ('server', 'work_mem', '16MB', 'by hand', now())`,
      `ALTER SYSTEM SET work_mem = '16MB'`,
      'SELECT pg_reload_conf()',
      heldBy('UPDATE', 'ethhook_admin_setting_changes', 'true'),
    ],
    hold: holding,
    waits: 'maintenance.mark-setting-change-reverted',
    half: halfSet('done'),
    isRetried: false,
    result: changes,
    expected: [{ value_after: '16MB', verified: true, reverted: true, written: null }],
  },
];
