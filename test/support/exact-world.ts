import { seedDemoData } from '../../src/demo/seed.js';
import { createSmallWorld } from './small-world.js';
import type { TestDatabase } from './test-database.js';

/** A number that looks random, and is the same for the same key. `key` is SQL for a text. */
export const roll = (key: string, sides: number) =>
  `(('x' || left(md5(${key}), 7))::bit(28)::int % ${sides})`;

/** The first `n` rows of a table in an order that is the key's own. */
export const some = (table: string, n: number, where = 'true') =>
  `SELECT t.id FROM ${table} t WHERE ${where} ORDER BY md5(t.id::text || $1::text), t.id LIMIT ${n}`;

/** A time at a border of 5 minutes, an hour, a day or the trailing day, or a microsecond beside it; of any age, and NULL. */
export const anyTime = (key: string) => `(CASE ${roll(`${key} || 'border'`, 10)}
    WHEN 0 THEN date_trunc('hour', now(), 'UTC') - ${roll(`${key} || 'h'`, 30)} * INTERVAL '1 hour'
    WHEN 1 THEN date_bin('5 minutes', now(), 'epoch') - ${roll(`${key} || '5m'`, 330)} * INTERVAL '5 minutes'
    WHEN 2 THEN date_trunc('day', now(), 'UTC') - ${roll(`${key} || 'd'`, 100)} * INTERVAL '1 day'
    WHEN 3 THEN now() - INTERVAL '24 hours'
    WHEN 4 THEN now() - ${roll(`${key} || 'm'`, 1500)} * INTERVAL '1 minute'
    WHEN 5 THEN now() - ${roll(`${key} || 'old'`, 2200)} * INTERVAL '1 hour'
    WHEN 6 THEN now() + ${roll(`${key} || 'future'`, 3000)} * INTERVAL '1 minute'
    WHEN 7 THEN now()
    WHEN 8 THEN date_trunc('hour', now(), 'UTC') - INTERVAL '25 hours'
    END + (${roll(`${key} || 'us'`, 3)} - 1) * INTERVAL '1 microsecond')`;

/** Also none, none at all, what one bin holds several of, and the largest there is. */
export const anyDuration = (key: string) => `(CASE ${roll(`${key} || 'duration'`, 12)}
    WHEN 0 THEN NULL WHEN 1 THEN 0 WHEN 2 THEN 100 WHEN 3 THEN 101
    WHEN 4 THEN 7000 + ${roll(`${key} || 'bin'`, 80)}
    WHEN 5 THEN 1073741800 + ${roll(`${key} || 'huge'`, 40)}
    ELSE ${roll(`${key} || 'ms'`, 900)} END)`;

export const anyOutcome = (key: string) =>
  `(CASE ${roll(`${key} || 'outcome'`, 3)} WHEN 0 THEN true WHEN 1 THEN false END)`;

const addEndpoints = `
  INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids)
  SELECT md5('extreme' || n)::uuid, a.id, 'extreme ' || n, 'https://e.example.com', 's', c.chain_ids::int[]
    FROM (VALUES (1, '{}'), (2, '{1,10,137}'), (3, '{1,1,NULL}'), (4, '{-5,0,2147483647}'), (5, NULL)) c (n, chain_ids)
   CROSS JOIN LATERAL (SELECT a.id FROM applications a ORDER BY md5(a.id::text || n % 3) LIMIT 1) a`;

export const addEvents = (key: string, n: number) => `
  INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
  SELECT md5(${key} || i)::uuid, i, '0xb', md5(${key} || i), 0, '0xc', '{0xaa}', '0x', ${anyTime(`${key} || i`)}
    FROM generate_series(1, ${n}) i`;

/** Up to three attempts at each of these events, wherever. */
export const addAttempts = (key: string, events: string) => `
  INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, success, duration_ms)
  SELECT md5(k)::uuid, e.id, p.id, 1, ${anyOutcome('k')}, ${anyDuration('k')}
    FROM (${events}) e
   CROSS JOIN generate_series(1, 3) j
   CROSS JOIN LATERAL (SELECT concat(${key}, e.id, j) AS k) k
   CROSS JOIN LATERAL (SELECT t.id FROM endpoints t ORDER BY md5(t.id::text || k), t.id LIMIT 1) p
   WHERE ${roll(`k || 'tried'`, 3)} > 0`;

/** Six demo users, the small world's three, and 300 events at and beside all borders, tried everywhere. */
export async function createExactWorld({ url, query }: TestDatabase): Promise<void> {
  await seedDemoData(url, {
    events: 1500,
    users: 6,
    days: 100,
    seed: 5,
    until: new Date(),
    emailDomain: 'demo.example.com',
    password: 'unused password',
  });
  await createSmallWorld(query);
  await query(addEndpoints);
  await query(addEvents(`'extreme'`, 300));
  await query(addAttempts(`'extreme'`, `SELECT t.id FROM events t WHERE t.block_hash = '0xb'`));
}
