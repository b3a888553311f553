import { createSmallWorld, ids } from './small-world.js';

type Query = <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;

/** Alice's second application, beside the small world. */
export const more = {
  application: '00000000-0000-4000-8000-0000000000a2',
  busy: '00000000-0000-4000-8000-000000000a21', // chains 10 and 8453
  anyChain: '00000000-0000-4000-8000-000000000a22', // no chain list
  untried: '00000000-0000-4000-8000-000000000a23',
} as const;

/**
 * The small world and 240 more events with some 700 attempts: many of the same time, some a microsecond apart, some
 * without a time; two in each transaction. The same at each call.
 */
export async function createListWorld(query: Query): Promise<void> {
  await createSmallWorld(query);
  await query(`INSERT INTO applications (id, user_id, name, webhook_secret) VALUES ($1, $2, 'A2', 's')`, [
    more.application,
    ids.alice,
  ]);
  await query(
    `INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids) VALUES
       ($1, $4, 'busy', 'https://a.example.com', 's', '{10,8453}'),
       ($2, $4, 'any chain', 'https://a.example.com', 's', NULL),
       ($3, $4, 'untried', 'https://a.example.com', 's', '{1}')`,
    [more.busy, more.anyChain, more.untried, more.application],
  );
  await query(events);
  await query(attempts, [[ids.aliceMain, ids.aliceSpare, more.busy, more.anyChain, ids.bobMain]]);
}

/** A number that looks random, and is the same each time. */
const roll = (what: string, sides: number) => `(('x' || left(md5(${what}), 7))::bit(28)::int % ${sides})`;

const time = (key: string) => `CASE WHEN ${roll(`${key} || 'known'`, 15)} > 0 THEN
    timestamptz '2026-01-02 00:00:00.123456+00' - ${roll(`${key} || 'hour'`, 40)} * interval '1 hour'
      + ${roll(`${key} || 'us'`, 3)} * interval '1 microsecond' END`;

const events = `
  INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
  SELECT md5('event' || i)::uuid, 1000 + ${roll(`i || 'block'`, 60)}, '0xb', '0x' || md5('tx' || i / 2) || md5('tx' || i / 2),
         i % 2, '0x' || md5('contract' || ${roll(`i || 'c'`, 4)}) || '00000000',
         CASE WHEN ${roll(`i || 'no topic'`, 6)} = 0 THEN '{}'
              ELSE ARRAY['0x' || repeat(md5('topic' || ${roll(`i || 't'`, 3)}), 2), '0x' || repeat('0', 64)] END,
         '0x', ${time(`i::text`)}
    FROM generate_series(1, 240) AS i`;

const attempts = `
  INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, success, duration_ms, http_status_code, attempted_at)
  SELECT md5(key || 'attempt')::uuid, md5('event' || i)::uuid, endpoint, n,
         CASE ${roll(`key || 'success'`, 3)} WHEN 0 THEN true WHEN 1 THEN false END,
         ${roll(`key || 'ms'`, 900)}, 200, ${time('key')}
    FROM generate_series(1, 240) AS i, unnest($1::uuid[]) AS endpoint, generate_series(1, 3) AS n,
         concat(i, endpoint, n) AS key
   WHERE ${roll(`i || endpoint::text || 'tried'`, 3)} = 0 AND n <= 1 + ${roll(`i || endpoint::text || 'n'`, 3)}`;
