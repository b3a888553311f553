import pg from 'pg';

export type Query = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

const IN_UTC = "SET TimeZone = 'UTC'";

/** A session of its own, in UTC, closed afterwards. */
export async function withSession<T>(
  databaseUrl: string,
  work: (query: Query) => Promise<T>,
  settings = '',
): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'ethhook-bench' });
  client.on('error', () => undefined); // the statement under way fails too
  await client.connect();
  try {
    await client.query(`${IN_UTC};${settings}`);
    return await work(async (text, values) => (await client.query(text, values)).rows as never);
  } finally {
    await client.end().catch(() => undefined);
  }
}
