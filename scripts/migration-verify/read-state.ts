import { LEDGER_TABLE } from '../../src/kernel/migrations/ledger.js';
import { dumpSchema } from '../schema-dump.js';
import { withQuery, type Query } from '../throwaway-server.js';

/** Tables, each with the columns to look at. */
export type Columns = ReadonlyMap<string, readonly string[]>;

const listColumns = `
SELECT format('%I.%I', n.nspname, c.relname) AS "table",
       array_agg(quote_ident(a.attname) ORDER BY a.attname COLLATE "C") AS "columns"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND c.relname <> '${LEDGER_TABLE}'
 GROUP BY 1
 ORDER BY 1`;

/** Without the ledger, which stays when all is reverted. */
export const readSchema = (url: string, without: readonly string[] = []): Promise<string> =>
  withQuery(url, (query) => dumpSchema(query, { without: [LEDGER_TABLE, ...without] }));

/** With the ledger: what the snapshot has. */
export const readWholeSchema = (url: string, without: readonly string[]): Promise<string> =>
  withQuery(url, (query) => dumpSchema(query, { without }));

export const readColumns = (url: string): Promise<Columns> =>
  withQuery(url, async (query) => {
    const rows = (await query(listColumns)) as { table: string; columns: string[] }[];
    return new Map(rows.map(({ table, columns }) => [table, columns]));
  });

/** A line per table, of its whole rows, and one per column, so that a difference names it. */
export const checksumRows = (url: string, tables: Columns): Promise<string> =>
  withQuery(url, async (query) => {
    const lines: string[] = [];
    for (const [table, columns] of tables) lines.push(...(await checksumTable(query, table, columns)));
    return lines.join('\n');
  });

async function checksumTable(query: Query, table: string, columns: readonly string[]): Promise<string[]> {
  const existing = (await query(listColumns)) as { table: string; columns: string[] }[];
  const present = existing.find((row) => row.table === table)?.columns ?? [];
  const missing = columns.filter((column) => !present.includes(column));
  if (missing.length > 0) return [`${table} lacks ${missing.join(', ')}`];
  const checksum = (value: string) => `md5(coalesce(string_agg(${value}, ',' ORDER BY ${value}), ''))`;
  const [row] = (await query(
    `SELECT ${checksum('r.whole')} AS "whole", count(*) AS "rows",
            ARRAY[${columns.map((_, index) => checksum(`r.c${index}`)).join(', ')}] AS "single"
       FROM (SELECT md5(ROW(${columns.join(', ')})::text) AS whole,
                    ${columns.map((column, index) => `md5(coalesce(${column}::text, 'NULL')) AS c${index}`).join(', ')}
               FROM ${table}) r`,
  )) as { whole: string; rows: string; single: string[] }[];
  return [
    `${table}: ${row?.rows} rows ${row?.whole}`,
    ...columns.map((column, index) => `${table}.${column}: ${row?.single[index]}`),
  ];
}
