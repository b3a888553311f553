import { sql } from '../../../../kernel/database/sql.js';

/**
 * Compares the settings with those that were last seen, marks what has changed and was not recorded by maintenance, and
 * keeps what is seen now. The first look marks nothing. A setting that this session does not show (its own value hides the
 * server's; an extension is not loaded) is not taken for changed. Commands, connection strings and texts of extensions may
 * hold secrets: they are not looked at.
 */
export const noteSettings = () => sql<{ name: string }>('monitoring.note-settings')`
  WITH known AS MATERIALIZED (
    SELECT s.name, s.setting, s.unit, s.source
      FROM pg_settings s
     WHERE (s.context <> 'internal' OR s.name = 'server_version')
       AND s.name !~ '(conninfo|command|passphrase|password|secret)' AND NOT (s.name LIKE '%.%' AND s.vartype = 'string')
       AND s.name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable', 'role',
                          'session_authorization', 'seed', 'application_name')
  ),
  look AS MATERIALIZED (
    SELECT '' AS scope, k.name, k.setting, k.unit, k.source
      FROM known k WHERE k.source NOT IN ('client', 'session', 'database', 'user', 'database user')
     UNION ALL
    SELECT concat_ws(' in ', 'role ' || quote_ident(r.rolname), 'database ' || quote_ident(b.datname)), k.name,
           substr(i.item, strpos(i.item, '=') + 1), NULL, CASE WHEN r.oid IS NULL THEN 'database' ELSE 'user' END
      FROM pg_db_role_setting d
     CROSS JOIN unnest(d.setconfig) i (item)
      JOIN known k ON lower(k.name) = lower(split_part(i.item, '=', 1))
      LEFT JOIN pg_roles r ON r.oid = d.setrole
      LEFT JOIN pg_database b ON b.oid = d.setdatabase
     WHERE (d.setdatabase = 0 OR b.datname = current_database()) AND (d.setrole = 0 OR r.oid IS NOT NULL)
       AND (d.setdatabase <> 0 OR d.setrole <> 0)
  ),
  before AS MATERIALIZED (
    SELECT b.scope, b.name, b.setting, b.source, b.seen_at FROM ethhook_admin_settings_seen b
  ),
  changed AS MATERIALIZED (
    SELECT scope, name, b.setting AS old, l.setting AS new, b.source AS old_source, l.source AS new_source, l.unit, b.seen_at
      FROM look l FULL JOIN before b USING (scope, name)
     WHERE l.setting IS DISTINCT FROM b.setting
  ),
  kept AS (
    INSERT INTO ethhook_admin_settings_seen AS k (scope, name, setting, source)
    SELECT c.scope, c.name, c.new, c.new_source FROM changed c WHERE c.new IS NOT NULL
        ON CONFLICT (scope, name) DO UPDATE
       SET setting = excluded.setting, source = excluded.source, seen_at = now()
  ),
  forgotten AS (
    DELETE FROM ethhook_admin_settings_seen g USING changed c
     WHERE g.scope = c.scope AND g.name = c.name AND c.scope <> '' AND c.new IS NULL
  )
  INSERT INTO ethhook_admin_timeline (at, kind, name, details)
  SELECT CASE WHEN c.scope = '' THEN least(now(), pg_conf_load_time()) ELSE now() END, 'configuration',
         concat_ws(' of ', c.name, nullif(c.scope, '')),
         jsonb_build_object('target', coalesce(nullif(c.scope, ''), 'server'), 'before', c.old, 'after', c.new, 'unit', c.unit,
                            'source_before', c.old_source, 'source_after', c.new_source, 'reason', 'changed by somebody else')
    FROM changed c
   WHERE EXISTS (SELECT FROM before)
     AND (c.scope <> '' OR c.old IS NOT NULL AND c.new IS NOT NULL)
     AND NOT EXISTS (
           -- What waited for a restart is marked when it holds.
           SELECT FROM ethhook_admin_setting_changes m
            WHERE c.scope = '' AND m.target = 'server' AND m.setting = c.name
              AND greatest(m.changed_at, m.verified_at, m.reverted_at) >= greatest(c.seen_at, pg_postmaster_start_time()))
   ORDER BY c.scope, c.name
  RETURNING name`;
