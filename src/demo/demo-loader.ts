import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { accountTables, type CopyTable } from './account-rows.js';
import { CopyRows } from './copy-rows.js';
import type { DemoPlan } from './demo-plan.js';
import { EndpointHealth } from './endpoint-health.js';
import { EventGenerator } from './event-generator.js';
import { attemptColumns, eventColumns, EventRows } from './event-rows.js';
import { formatUuid, type Uuid } from './random.js';

/** What one chunk, or all committed chunks, added. */
export interface LoadedRows {
  events: number;
  attempts: number;
  /** Attempts to endpoints of user 0. */
  largestTenantAttempts: number;
}

export class AlreadySeededError extends Error {
  constructor(emailDomain: string) {
    super(`Demo data of this seed is already there: users @${emailDomain} exist. Nothing was written.`);
  }
}

const UNIQUE_VIOLATION = '23505';
const SLICE_BYTES = 512 * 1024;

export async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'ethhook-demo-data' });
  // The statement under way fails too, and says so; without a listener the event alone would end the process.
  client.on('error', () => undefined);
  await client.connect();
  await client.query("SET synchronous_commit = off; SET statement_timeout = 0; SET TimeZone = 'UTC'");
  return client;
}

export async function writeAccounts(client: pg.Client, plan: DemoPlan, passwordHash: string): Promise<void> {
  const { emailDomain } = plan.shape;
  const known = await client.query('SELECT u.id FROM users u WHERE u.email = ANY($1::text[]) LIMIT 1', [
    [`tenant1@${emailDomain}`, `admin@${emailDomain}`],
  ]);
  if (known.rowCount) throw new AlreadySeededError(emailDomain);
  try {
    await inTransaction(client, async () => {
      for (const table of accountTables(plan, passwordHash)) await copyTable(client, table);
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION)
      throw new AlreadySeededError(emailDomain);
    throw error;
  }
}

/** Writes the events [from, to) and their attempts in one transaction. */
export class ChunkLoader {
  private readonly generator: EventGenerator;
  private readonly eventRows: EventRows;

  constructor(private readonly plan: DemoPlan) {
    this.generator = new EventGenerator(plan);
    this.eventRows = new EventRows(plan);
  }

  async load(
    client: pg.Client,
    from: number,
    to: number,
    signal: AbortSignal,
  ): Promise<[LoadedRows, EndpointHealth]> {
    const loaded: LoadedRows = { events: to - from, attempts: 0, largestTenantAttempts: 0 };
    const health = new EndpointHealth();
    const attempts = new CopyRows();
    await inTransaction(client, async () => {
      const events = this.writeEvents(from, to, attempts, loaded, health);
      await copy(client, 'events', eventColumns, events, signal);
      await copy(client, 'delivery_attempts', attemptColumns, [attempts.take()], signal);
    });
    return [loaded, health];
  }

  /** Yields the events' rows by the slice; the attempts' rows pile up in `attempts` until the events are in. */
  private *writeEvents(
    from: number,
    to: number,
    attempts: CopyRows,
    loaded: LoadedRows,
    health: EndpointHealth,
  ): Generator<Buffer> {
    const rows = new CopyRows();
    for (let index = from; index < to; index++) {
      const event = this.generator.event(index);
      this.eventRows.writeEvent(rows, event);
      for (const attempt of event.attempts) {
        this.eventRows.writeAttempt(attempts, event, attempt);
        loaded.attempts++;
        if (this.plan.accounts.endpoints[attempt.endpointIndex]?.userIndex === 0)
          loaded.largestTenantAttempts++;
        if (attempt.outcome && attempt.completedAtUs !== null) {
          health.record(attempt.endpointIndex, attempt.completedAtUs, attempt.outcome.success);
        }
      }
      if (rows.byteLength > SLICE_BYTES) yield rows.take();
    }
    yield rows.take();
  }
}

export async function writeEndpointHealth(
  client: pg.Client,
  plan: DemoPlan,
  health: EndpointHealth,
): Promise<void> {
  const rows = health.rows();
  await client.query(
    `UPDATE endpoints e
        SET last_successful_delivery_at = h.last_success, consecutive_failures = h.failures, health_status = h.status
       FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::text[]) AS h (id, last_success, failures, status)
      WHERE e.id = h.id`,
    [
      rows.map((row) => formatUuid(plan.accounts.endpoints[row.endpointIndex]?.id as Uuid)),
      rows.map((row) => (row.lastSuccessUs === null ? null : formatTimestamp(row.lastSuccessUs))),
      rows.map((row) => row.consecutiveFailures),
      rows.map((row) => row.healthStatus),
    ],
  );
}

/** RFC 3339 with the microseconds that a Date would drop. */
function formatTimestamp(us: number): string {
  const milliseconds = new Date(Math.floor(us / 1000)).toISOString().slice(0, -1);
  return `${milliseconds}${String(us % 1000).padStart(3, '0')}Z`;
}

async function copyTable(client: pg.Client, table: CopyTable): Promise<void> {
  const rows = new CopyRows();
  table.write(rows);
  await copy(client, table.name, table.columns, [rows.take()]);
}

async function copy(
  client: pg.Client,
  table: string,
  columns: string,
  rows: Iterable<Buffer>,
  signal?: AbortSignal,
): Promise<void> {
  const target = client.query(copyFrom(`COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`));
  function* framed() {
    yield CopyRows.header;
    yield* rows;
    yield CopyRows.trailer;
  }
  await pipeline(Readable.from(framed()), target, { signal });
}

async function inTransaction(client: pg.Client, run: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await run();
    await client.query('COMMIT');
  } catch (error) {
    // On a broken connection the server has rolled back already; the first error is the one to tell.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
