import { ids } from './small-world.js';

/** A job that is killed half way, at a place that is certain. */
export interface KilledJob {
  job: string;
  /** Where it is killed. */
  at: string;
  parameters?: Record<string, unknown>;
  /** Makes work for it. */
  prepare: readonly string[];
  /** Of a session of the test's: what the job waits for, once it is there. */
  hold: readonly string[];
  /** The label of the statement that waits. */
  waits: string;
  /** A query of what there is when it is killed, and the answer. */
  half: readonly [query: string, answer: string];
  /** Whether another instance takes the run over; else it is abandoned, and asked for again. */
  isRetried: boolean;
  /** What must be as in a database where nobody was killed, besides the schema and the rows of EthHook's tables. */
  result?: string;
}

/** What waits in `public.hold()`, from a trigger or an index: neither lock_timeout nor a snapshot matters there. */
export const holdFunctions = `
  CREATE FUNCTION public.hold() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN WHILE NOT pg_try_advisory_xact_lock_shared(1, 1) LOOP PERFORM pg_sleep(0.02); END LOOP; END $$;
  CREATE FUNCTION public.held(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN PERFORM public.hold(); RETURN n; END $$;
  CREATE FUNCTION public.held_row() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM public.hold(); RETURN coalesce(NEW, OLD); END $$`;

const holding = ['SELECT pg_advisory_lock(1, 1)'];
const writing = ['BEGIN', 'LOCK TABLE busy IN ROW EXCLUSIVE MODE'];
const reading = ['BEGIN', 'SELECT FROM busy LIMIT 1'];

const heldBy = (event: string, table: string, when: string) =>
  `CREATE TRIGGER held BEFORE ${event} ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION held_row()`;
const busy = (rows: number, options = '') => `
  CREATE TABLE busy WITH (autovacuum_enabled = false ${options}) AS
  SELECT n, repeat('x', 90) AS filler FROM generate_series(1, ${rows}) n`;
const thinOut = 'DELETE FROM busy WHERE n % 10 > 0';
const invalid = (index: string) =>
  `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${index}'::regclass`;
const indexStates = `SELECT x.relname || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END AS index
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = 'busy'::regclass`;
const half = (what: string, answer: string) =>
  [
    `SELECT coalesce(string_agg(w.what, ', ' ORDER BY w.what), 'nothing') AS half FROM (${what}) w(what)`,
    answer,
  ] as const;

const LOST = 'CREATE INDEX lost ON public.busy USING btree (n)';
const OLD = `INTERVAL '50 days'`;

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

const bloated = [busy(20_000), 'CREATE INDEX own ON busy (n, filler)', thinOut, 'VACUUM (ANALYZE) busy'];
const dropped = (answer: string) =>
  half(
    `${indexStates}
     UNION ALL SELECT 'on record' FROM ethhook_admin_schema_changes WHERE object = 'public.lost'`,
    answer,
  );
const indexes: KilledJob[] = [
  {
    job: 'repair-indexes',
    at: 'the new index',
    prepare: [busy(1000), 'CREATE INDEX own ON busy (n)', invalid('own')],
    hold: writing,
    waits: 'maintenance.reindex-index',
    half: half(indexStates, 'own invalid, own_ccnew invalid'),
    isRetried: true,
  },
  ...(['writing', 'reading'] as const).map((kind) => ({
    job: 'rebuild-bloated',
    at: kind === 'writing' ? 'the new index' : 'the old index',
    parameters: { min_ratio: 0.3, min_bytes: 100_000 },
    prepare: bloated,
    hold: kind === 'writing' ? writing : reading,
    waits: 'maintenance.reindex-index',
    half: half(indexStates, kind === 'writing' ? 'own, own_ccnew invalid' : 'own, own_ccold invalid'),
    isRetried: true,
    result: `SELECT pg_relation_size('own') AS size`,
  })),
  {
    job: 'rewrite-tables',
    at: 'its indexes',
    parameters: { min_ratio: 0.3, min_bytes: 100_000, free_disk_bytes: 1e9 },
    prepare: [busy(20_000), thinOut, 'VACUUM (ANALYZE) busy', 'CREATE INDEX ON busy (held(n))'],
    hold: holding,
    waits: 'maintenance.vacuum-full',
    half: half(
      `SELECT CASE WHEN relpages > 200 THEN 'large' END FROM pg_class WHERE relname = 'busy'`,
      'large',
    ),
    isRetried: false,
    result: `SELECT pg_relation_size('busy') AS size, count(*) AS rows FROM busy`,
  },
  {
    job: 'drop-index',
    at: 'between its record and the drop',
    parameters: { index: 'lost' },
    prepare: [busy(1000), LOST],
    hold: ['BEGIN', 'LOCK TABLE busy IN SHARE UPDATE EXCLUSIVE MODE'],
    waits: 'maintenance.drop-index',
    half: dropped('lost, on record'),
    isRetried: true,
    result: `SELECT object, action, restore_sql FROM ethhook_admin_schema_changes WHERE migration = 'maintenance'`,
  },
  {
    job: 'drop-index',
    at: 'half of the drop',
    parameters: { index: 'lost' },
    prepare: [busy(1000), LOST],
    hold: reading,
    waits: 'maintenance.drop-index',
    half: dropped('lost invalid, on record'),
    isRetried: true,
    result: `SELECT object, action, restore_sql FROM ethhook_admin_schema_changes WHERE migration = 'maintenance'`,
  },
  {
    job: 'restore-index',
    at: 'half of the build',
    parameters: { index: 'lost' },
    prepare: [
      busy(1000),
      `INSERT INTO ethhook_admin_schema_changes (migration, object, action, reason, evidence, restore_sql)
       VALUES ('maintenance', 'public.lost', 'dropped', 'by an operator',
               '{"schema": "public", "index": "lost", "table": "busy", "sizeBytes": 40960}', '${LOST}')`,
    ],
    hold: writing,
    waits: 'maintenance.create-index',
    half: dropped('lost invalid, on record'),
    isRetried: true,
  },
];

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

export const killedJobs: readonly KilledJob[] = [...views, ...vacuums, ...settings, ...indexes, ...removals];

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
