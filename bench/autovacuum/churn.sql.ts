/** As delivery_attempts: written once, updated twice within a minute, in an indexed column and so never in place. */
export const createTable = (table: string) => `
  CREATE TABLE ${table} (
    id         bigint PRIMARY KEY,
    user_id    integer NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    body       text NOT NULL
  );
  CREATE INDEX ON ${table} (user_id, changed_at)`;

const row = `i, i % 50, now(), repeat('x', 120)`;

/** Then it is as after a night without writes. */
export const fill = (table: string) => [
  `INSERT INTO ${table} SELECT ${row} FROM generate_series(1, $1::bigint) i`,
  `VACUUM (ANALYZE) ${table}`,
];

export const insertRows = (table: string) =>
  `INSERT INTO ${table} SELECT ${row} FROM generate_series($1::bigint, $2::bigint) i`;

export const updateRows = (table: string) =>
  `UPDATE ${table} SET changed_at = clock_timestamp() WHERE id BETWEEN $1 AND $2`;

export interface StateRow {
  deadShare: number;
  allVisibleShare: number;
  heapBytes: number;
  autovacuums: number;
  autoanalyzes: number;
}

/** Visible by the map itself: relallvisible is only what the last vacuum has seen. */
export const readState = `
  SELECT s.n_dead_tup::float8 / nullif(s.n_live_tup + s.n_dead_tup, 0) AS "deadShare",
         (SELECT m.all_visible FROM pg_visibility_map_summary(s.relid) m)::float8
           / (pg_relation_size(s.relid) / current_setting('block_size')::int) AS "allVisibleShare",
         pg_relation_size(s.relid)::float8 AS "heapBytes", s.autovacuum_count::int AS "autovacuums",
         s.autoanalyze_count::int AS "autoanalyzes"
    FROM pg_stat_user_tables s WHERE s.relid = $1::regclass`;
