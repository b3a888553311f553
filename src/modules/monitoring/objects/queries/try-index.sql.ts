import { constant, fragment, identifier, sql, type SqlFragment } from '../../../../kernel/database/sql.js';

/** `extension` is the schema of hypopg. The index is there for this session's EXPLAIN alone, and takes no disk. */
export const makeHypotheticalIndex = (p: { extension: string; definition: string }) => sql<{
  oid: string;
  index: string;
  sizeBytes: number;
}>('monitoring.make-hypothetical-index')`
  SELECT h.indexrelid::text AS "oid", h.indexname AS "index",
         ${identifier(p.extension)}.hypopg_relation_size(h.indexrelid)::float8 AS "sizeBytes"
    FROM ${identifier(p.extension)}.hypopg_create_index(${p.definition}) h`;

export const dropHypotheticalIndex = (p: { extension: string; oid: string }) => sql<never>(
  'monitoring.drop-hypothetical-index',
)`
  SELECT ${identifier(p.extension)}.hypopg_drop_index(${p.oid}::oid)`;

export interface KeyLookup {
  /** Both are quoted by PostgreSQL. */
  table: string;
  parent: string;
  columns: readonly string[];
  parentColumns: readonly string[];
}

const both = ({ columns, parentColumns }: KeyLookup): SqlFragment =>
  columns
    .slice(1)
    .reduce(
      (all, column, index) => fragment`${all} AND ${pair(column, parentColumns[index + 1] ?? '')}`,
      pair(columns[0] ?? '', parentColumns[0] ?? ''),
    );

// The value is one that nobody knows while it plans, as in the check of the key itself.
const pair = (column: string, parentColumn: string) =>
  fragment`x.${identifier(column)} = (SELECT p.${identifier(parentColumn)} FROM only_parent p)`;

/** What the check of a foreign key does for each row that is deleted, planned and not run. */
export const explainKeyLookup = (p: KeyLookup) => sql<{ 'QUERY PLAN': unknown }>(
  'monitoring.explain-key-lookup',
)`
  EXPLAIN (FORMAT JSON)
  WITH only_parent AS MATERIALIZED (SELECT p.* FROM ${constant(p.parent)} p LIMIT 1)
  SELECT FROM ${constant(p.table)} x WHERE ${both(p)}`;
