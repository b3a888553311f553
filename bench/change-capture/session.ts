import pg from 'pg';

/** A writer's or a fault's session, which knows nothing of the statistics; closed after `work`. */
export async function withClients<T>(
  databaseUrl: string,
  count: number,
  work: (clients: readonly pg.Client[]) => Promise<T>,
): Promise<T> {
  const clients: pg.Client[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const client = new pg.Client({
        connectionString: databaseUrl,
        application_name: 'ethhook-bench-writer',
      });
      client.on('error', () => undefined); // the statement under way fails too
      await client.connect();
      // The disk waits for nobody: what the capture costs shows in full.
      await client.query('SET synchronous_commit = off');
      clients.push(client);
    }
    return await work(clients);
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}
