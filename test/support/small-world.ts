import { hashSync } from 'bcrypt';

type Query = (text: string, values?: unknown[]) => Promise<unknown>;

/** Ids of a hand-made world whose every figure can be counted by hand. */
export const ids = {
  alice: '00000000-0000-4000-8000-00000000000a',
  bob: '00000000-0000-4000-8000-00000000000b',
  admin: '00000000-0000-4000-8000-00000000000c',
  aliceApp: '00000000-0000-4000-8000-0000000000a1',
  bobApp: '00000000-0000-4000-8000-0000000000b1',
  aliceMain: '00000000-0000-4000-8000-000000000a11', // chains 1 and 10
  aliceSpare: '00000000-0000-4000-8000-000000000a12', // chain 137, inactive
  bobMain: '00000000-0000-4000-8000-000000000b11', // no chain list
  shared: '00000000-0000-4000-8000-00000000e001', // delivered to alice (twice tried) and to bob
  failed: '00000000-0000-4000-8000-00000000e002', // alice: failed
  pending: '00000000-0000-4000-8000-00000000e003', // alice: in flight
  old: '00000000-0000-4000-8000-00000000e004', // alice: delivered, ingested 10 days ago, retried now
  bobs: '00000000-0000-4000-8000-00000000e005', // bob alone
  untried: '00000000-0000-4000-8000-00000000e006', // nobody's
  undated: '00000000-0000-4000-8000-00000000e007', // alice: delivered, ingested_at is NULL
} as const;

export const password = 'correct horse battery staple';

const hash = hashSync(password, 4);

/** Three users, three endpoints, seven events; times are relative to now(). */
export async function createSmallWorld(query: Query): Promise<void> {
  await query(
    `INSERT INTO users (id, email, password_hash, name, full_name, is_admin) VALUES
       ($1, 'alice@example.com', $4, 'Alice', NULL, false),
       ($2, 'bob@example.com', $5, NULL, 'Bob the Full', NULL),
       ($3, 'admin@example.com', $4, NULL, NULL, true)`,
    [ids.alice, ids.bob, ids.admin, hash, hash.replace('$2b$', '$2y$')],
  );
  await query(
    `INSERT INTO applications (id, user_id, name, webhook_secret) VALUES ($1, $2, 'A', 's'), ($3, $4, 'B', 's')`,
    [ids.aliceApp, ids.alice, ids.bobApp, ids.bob],
  );
  await query(
    `INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids, is_active) VALUES
       ($1, $4, 'main', 'https://a.example.com', 's', '{1,10}', true),
       ($2, $4, 'spare', 'https://a.example.com', 's', '{137}', false),
       ($3, $5, 'bob main', 'https://b.example.com', 's', NULL, true)`,
    [ids.aliceMain, ids.aliceSpare, ids.bobMain, ids.aliceApp, ids.bobApp],
  );
  await createEvents(query);
  await createAttempts(query);
}

async function createEvents(query: Query): Promise<void> {
  const events: [id: string, age: string | null, topics: string][] = [
    [ids.shared, '1 hour', '{0xaa,0xbb}'],
    [ids.failed, '2 hours', '{}'],
    [ids.pending, '3 hours', '{0xaa}'],
    [ids.old, '10 days', '{0xaa}'],
    [ids.bobs, '30 minutes', '{0xcc}'],
    [ids.untried, '20 minutes', '{0xcc}'],
    [ids.undated, null, '{0xaa}'],
  ];
  for (const [index, [id, age, topics]] of events.entries())
    await query(
      `INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
       VALUES ($1, $2, '0xb', $5, 0, '0xc', $3, '0x', now() - $4::interval)`,
      [id, 9_007_199_254_740_000 + index, topics, age, `0xt${index}`],
    );
}

async function createAttempts(query: Query): Promise<void> {
  const attempts: [
    event: string,
    endpoint: string,
    number: number,
    success: boolean | null,
    ms: number | null,
  ][] = [
    [ids.shared, ids.aliceMain, 1, false, 300],
    [ids.shared, ids.aliceMain, 2, true, 100],
    [ids.shared, ids.aliceSpare, 1, true, 50],
    [ids.shared, ids.bobMain, 1, true, 1000],
    [ids.failed, ids.aliceMain, 1, false, null],
    [ids.pending, ids.aliceMain, 1, null, null],
    [ids.old, ids.aliceMain, 1, true, 150],
    [ids.bobs, ids.bobMain, 1, false, 3000],
    [ids.undated, ids.aliceMain, 1, true, 400],
  ];
  for (const [event, endpoint, number, success, ms] of attempts)
    await query(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success, duration_ms) VALUES ($1, $2, $3, $4, $5)`,
      [event, endpoint, number, success, ms],
    );
}
