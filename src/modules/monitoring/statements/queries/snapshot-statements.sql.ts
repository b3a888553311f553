import { constant, fragment, sql, type SqlFragment } from '../../../../kernel/database/sql.js';
import { eachFigure, inSchema, summed } from './figures.js';

export interface SnapshotRow {
  entries: number;
  moved: number;
  evictions: string;
  /** Some of them have no text here. */
  lacksTexts: boolean;
}

interface Source {
  schema: string;
  columns: readonly string[];
  seesAll: boolean;
}

/** PostgreSQL 17 renamed the times of I/O, and counts local blocks apart; 15 has those of temporary files. */
const ioColumns = [
  ...['blk_read_time', 'blk_write_time', 'shared_blk_read_time', 'shared_blk_write_time'],
  ...['local_blk_read_time', 'local_blk_write_time', 'temp_blk_read_time', 'temp_blk_write_time'],
];

/** Entries of this database that can be told apart, their figures under our names. */
function entries({ schema, columns }: Source): SqlFragment {
  const io = ioColumns.filter((column) => columns.includes(column)).map((column) => `s.${column}`);
  const since = columns.includes('stats_since') ? 's.stats_since' : 'NULL::timestamptz';
  return fragment`
    SELECT s.dbid, s.userid, s.queryid, s.toplevel, s.calls, s.rows, s.total_exec_time AS exec_ms,
           s.min_exec_time AS min_exec_ms, s.max_exec_time AS max_exec_ms, s.total_plan_time AS plan_ms,
           s.shared_blks_hit AS blocks_hit, s.shared_blks_read AS blocks_read, s.shared_blks_dirtied AS blocks_dirtied,
           s.shared_blks_written AS blocks_written, s.temp_blks_read AS temp_read, s.temp_blks_written AS temp_written,
           ${constant(io.join(' + '))} AS io_ms, s.wal_bytes::bigint AS wal_bytes, ${constant(since)} AS stats_since
      FROM ${inSchema(schema, 'pg_stat_statements')}(false) s
     WHERE s.queryid IS NOT NULL AND s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`;
}

// No figure of an entry ever falls, and its shortest call never gets longer: where one does, it is another entry, that has
// come after the known one went. 17 and later say it (stats_since).
const goesOn = constant(
  [
    'k.id IS NOT NULL',
    's.stats_since IS NOT DISTINCT FROM k.stats_since',
    ...summed.map((name) => `s.${name} >= coalesce(k.${name}, 0)`),
    's.max_exec_ms >= coalesce(k.max_exec_ms, 0)',
    '(coalesce(k.calls, 0) = 0 OR s.stats_since IS NOT NULL OR s.min_exec_ms <= k.min_exec_ms)',
  ].join(' AND '),
);

/**
 * Looks at pg_stat_statements, keeps what has been added since the last turn for each entry that moved, and remembers the
 * entries as they are. What was there at the first turn, or was not ours to see before, is remembered only.
 */
export const snapshotStatements = (source: Source) => sql<SnapshotRow>('monitoring.snapshot-statements')`
  WITH last AS (
    SELECT t.* FROM ethhook_admin_statement_turns t ORDER BY t.at DESC LIMIT 1
  ), server AS (
    SELECT i.dealloc, i.stats_reset, pg_postmaster_start_time() AS started_at,
           -- A server that crashed without its postmaster has forgotten these too.
           (SELECT b.stats_reset FROM pg_stat_bgwriter b) AS server_stats_reset,
           (SELECT d.deadlocks FROM pg_stat_database d WHERE d.datname = current_database()) AS deadlocks
      FROM ${inSchema(source.schema, 'pg_stat_statements_info')} i
  ), seen AS MATERIALIZED (${entries(source)}
  ), compared AS MATERIALIZED (
    SELECT s.*, k.id AS known_id, ${eachFigure((name) => `k.${name} AS known_${name}`)}, k.max_exec_ms AS known_max_exec_ms,
           coalesce(${goesOn}
             AND (k.gone_at IS NULL OR s.stats_since IS NOT NULL OR ${source.seesAll}::boolean AND NOT last.sees_all), false)
             AS goes_on
      FROM seen s
      LEFT JOIN last ON true
      LEFT JOIN ethhook_admin_statements k
        ON k.queryid = s.queryid AND k.userid = s.userid AND k.dbid = s.dbid AND k.toplevel = s.toplevel
  ), state AS MATERIALIZED (
    SELECT n.*, l.at IS NULL OR ${source.seesAll}::boolean AND NOT l.sees_all AS sees_more,
           -- Reset, or started with nothing. A start that has lost nothing goes on where it was.
           l.at IS NOT NULL AND (
             n.stats_reset IS DISTINCT FROM l.stats_reset OR n.dealloc < l.dealloc
             OR (n.started_at <> l.server_started_at OR n.server_stats_reset IS DISTINCT FROM l.server_stats_reset)
                AND n.dealloc = l.dealloc
                AND EXISTS (SELECT FROM ethhook_admin_statements k
                             WHERE k.gone_at IS NULL AND k.dbid = (SELECT s.dbid FROM seen s LIMIT 1)
                               AND NOT EXISTS (SELECT FROM compared c WHERE c.known_id = k.id AND c.goes_on))) AS was_wiped,
           l.dealloc AS last_dealloc, l.deadlocks AS last_deadlocks
      FROM server n LEFT JOIN last l ON true
  ), moved AS MATERIALIZED (
    SELECT c.*, coalesce(c.known_id, nextval('ethhook_admin_statements_id_seq'))::int AS id,
           c.goes_on AND NOT t.was_wiped AS is_same
      FROM compared c CROSS JOIN state t
     WHERE NOT c.goes_on OR t.was_wiped OR c.calls <> c.known_calls OR c.plan_ms <> coalesce(c.known_plan_ms, 0)
  ), added AS (
    INSERT INTO ethhook_admin_statements (id, dbid, userid, queryid, toplevel, first_seen_at, stats_since, min_exec_ms,
                                          max_exec_ms, ${eachFigure((name) => name)})
    SELECT m.id, m.dbid, m.userid, m.queryid, m.toplevel, CASE WHEN NOT t.sees_more THEN now() END, m.stats_since,
           m.min_exec_ms, m.max_exec_ms, ${eachFigure((name) => `m.${name}`)}
      FROM moved m CROSS JOIN state t WHERE m.known_id IS NULL
  ), updated AS (
    UPDATE ethhook_admin_statements k
       SET gone_at = NULL, stats_since = m.stats_since, min_exec_ms = m.min_exec_ms, max_exec_ms = m.max_exec_ms,
           ${eachFigure((name) => `${name} = m.${name}`)}
      FROM moved m WHERE k.id = m.known_id
  ), gone AS (
    UPDATE ethhook_admin_statements k SET gone_at = now()
     WHERE k.gone_at IS NULL AND k.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND NOT EXISTS (SELECT FROM compared c WHERE c.known_id = k.id)
  ), kept AS (
    INSERT INTO ethhook_admin_statement_deltas (at, statement_id, max_exec_ms, ${eachFigure((name) => name)})
    SELECT now(), m.id,
           -- The longest call of an entry was in this turn where it is longer than any before.
           CASE WHEN NOT m.is_same OR m.max_exec_ms > coalesce(m.known_max_exec_ms, 0) THEN m.max_exec_ms END,
           ${eachFigure((name) => `nullif(m.${name} - CASE WHEN m.is_same THEN coalesce(m.known_${name}, 0) ELSE 0 END, 0)`)}
      FROM moved m CROSS JOIN state t
     WHERE m.known_id IS NOT NULL OR NOT t.sees_more
    RETURNING 1
  ), turn AS (
    INSERT INTO ethhook_admin_statement_turns (at, sees_all, entries, moved, was_wiped, dealloc, evictions, deadlocks,
                                               new_deadlocks, stats_reset, server_started_at, server_stats_reset)
    SELECT now(), ${source.seesAll}::boolean, (SELECT count(*) FROM seen), (SELECT count(*) FROM kept), t.was_wiped,
           t.dealloc, t.dealloc - CASE WHEN t.was_wiped THEN 0 ELSE coalesce(t.last_dealloc, t.dealloc) END, t.deadlocks,
           t.deadlocks - CASE WHEN t.deadlocks < t.last_deadlocks THEN 0 ELSE coalesce(t.last_deadlocks, t.deadlocks) END,
           t.stats_reset, t.started_at, t.server_stats_reset
      FROM state t
    RETURNING entries, moved, evictions
  )
  SELECT turn.entries AS "entries", turn.moved AS "moved", turn.evictions AS "evictions",
         EXISTS (SELECT FROM seen s
                  WHERE NOT EXISTS (SELECT FROM ethhook_admin_statement_texts x WHERE x.queryid = s.queryid)) AS "lacksTexts"
    FROM turn`;
