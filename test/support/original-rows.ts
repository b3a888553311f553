import type { Query } from '../../scripts/throwaway-server.js';

/** By table, its columns and the checksum over them of the rows that were there at a moment. */
export interface OriginalRows {
  at: string;
  columns: Record<string, string[]>;
  checksums: Record<string, string>;
}

/** The time of a row, in the tables that grow meanwhile. */
const timeColumns: Readonly<Record<string, string>> = {
  users: 'created_at',
  applications: 'created_at',
  endpoints: 'created_at',
  events: 'ingested_at',
  delivery_attempts: 'attempted_at',
};

/** To be held against what checksumsOf() finds later. */
export async function readOriginalRows(query: Query): Promise<OriginalRows> {
  const [now] = await query('SELECT clock_timestamp()::text AS "at"');
  const found = await query(
    `SELECT c.table_name AS "table", array_agg(c.column_name::text ORDER BY c.column_name) AS "columns"
       FROM information_schema.columns c
      WHERE c.table_schema = 'public' AND c.table_name = ANY('{${Object.keys(timeColumns).join()}}')
      GROUP BY 1`,
  );
  const rows: OriginalRows = {
    at: String(now?.at),
    columns: Object.fromEntries(found.map(({ table, columns }) => [table, columns])),
    checksums: {},
  };
  return { ...rows, checksums: await checksumsOf(query, rows) };
}

/** Of the same rows and the same columns, now. */
export async function checksumsOf(
  query: Query,
  { at, columns }: Pick<OriginalRows, 'at' | 'columns'>,
): Promise<Record<string, string>> {
  const checksums: Record<string, string> = {};
  for (const [table, names] of Object.entries(columns)) {
    const row = `ROW(${names.map((name) => `t.${name}`).join()})::text`;
    const [sum] = await query(
      `SELECT format('%s rows, %s', count(*), md5(string_agg(${row}, E'\\n' ORDER BY t.id))) AS "sum"
         FROM ${table} t WHERE t.${timeColumns[table]} <= '${at}'`,
    );
    checksums[table] = String(sum?.sum);
  }
  return checksums;
}
