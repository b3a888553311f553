import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ids } from './small-world.js';

export interface InsertLog {
  /** Events of alice that had been committed for certain at this time of the database's clock. */
  committedBy(asOf: string): number;
  /** Events whose insert has begun by now. */
  begun(): number;
  stop(): Promise<void>;
}

/** Inserts an event of alice with one attempt, again and again, and keeps account. `before` are there already. */
export async function startInserting(databaseUrl: string, before: number): Promise<InsertLog> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const committedAt: number[] = [];
  let begun = before;
  let isStopped = false;
  const writing = (async () => {
    for (let n = 0; !isStopped; n++, await sleep(8)) {
      begun++;
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
         VALUES (md5('inserted' || $1)::uuid, $2, '0xb', 'x' || $1, 0, '0xc', '{}', '0x', now())`,
        [String(n), n],
      );
      await client.query(
        `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, duration_ms, success)
         VALUES (md5('inserted' || $1)::uuid, $2, 1, 7, true)`,
        [String(n), ids.aliceMain],
      );
      await client.query('COMMIT');
      const { rows } = await client.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      );
      committedAt.push(rows[0]?.ms ?? Infinity);
    }
  })();
  return {
    committedBy: (asOf) => {
      // Date.parse knows milliseconds only: rounded down it claims less than the answer does.
      const at = Date.parse(asOf);
      const later = committedAt.findIndex((ms) => ms > at);
      return before + (later === -1 ? committedAt.length : later);
    },
    begun: () => begun,
    stop: async () => {
      isStopped = true;
      await writing;
      await client.end();
    },
  };
}
