import pg from 'pg';

export type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

// Without scans of indexes: a migration drops those that nobody scans, and the bench is not to be somebody.
const settings = `SET TimeZone = 'UTC'; SET enable_indexscan = off; SET enable_indexonlyscan = off;
  SET enable_bitmapscan = off`;

/** A session of its own, in UTC, closed afterwards. */
export async function withSession<T>(databaseUrl: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'ethhook-bench' });
  client.on('error', () => undefined); // the statement under way fails too
  await client.connect();
  try {
    await client.query(settings);
    return await work(async (text, values) => (await client.query(text, values)).rows as never);
  } finally {
    await client.end().catch(() => undefined);
  }
}
