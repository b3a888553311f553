import { hash } from 'bcrypt';
import type pg from 'pg';
import { ChunkLoader, connect, writeAccounts, writeEndpointHealth, type LoadedRows } from './demo-loader.js';
import { planDemoData, type DemoPlan, type DemoShape } from './demo-plan.js';
import { EndpointHealth } from './endpoint-health.js';

export interface DemoDataOptions extends DemoShape {
  /** Of every user. */
  password: string;
}

export interface DemoDataSummary {
  users: number;
  applications: number;
  endpoints: number;
  events: number;
  attempts: number;
  seconds: number;
  /** The largest tenant's login. */
  tenantEmail: string;
  adminEmail: string;
  /** Of the attempts, 0–1. */
  largestTenantShare: number;
}

/** The signal fired: whole chunks stay in the database, `summary` counts them. */
export class DemoDataAbortedError extends Error {
  constructor(readonly summary: DemoDataSummary) {
    super(
      `Aborted: ${summary.events} events and ${summary.attempts} delivery attempts were written and stay.`,
    );
  }
}

/** `rows` are events and attempts. */
export type OnProgress = (doneEvents: number, totalEvents: number, rows: number) => void;

const BCRYPT_COST = 10;
/** On two cores 27,500, 42,000 to 47,000 and 47,000 to 50,000 rows/s with one, two and three: the third is for others. */
const CONNECTIONS = 2;
/** About a second of a connection's work: what an abort throws away at most. */
const MAX_EVENTS_PER_CHUNK = 20_000;
const MIN_EVENTS_PER_CHUNK = 1_000;

/**
 * Fills a database that has EthHook's schema; the same options give the same rows but for the password's hash. Throws
 * AlreadySeededError before anything is written when users of the domain exist, DemoDataAbortedError after an abort.
 */
export async function seedDemoData(
  databaseUrl: string,
  options: DemoDataOptions,
  onProgress: OnProgress = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<DemoDataSummary> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const plan = planDemoData(options);
  const clients: pg.Client[] = [];
  try {
    for (let i = 0; i < CONNECTIONS; i++) clients.push(await connect(databaseUrl));
    const [client] = clients as [pg.Client];
    await writeAccounts(client, plan, await hash(options.password, BCRYPT_COST));
    onProgress(0, options.events, 0);
    const load = new DemoLoad(plan, onProgress);
    await load.run(clients, signal);
    await writeEndpointHealth(client, plan, load.health);
    await client.query('ANALYZE users, applications, endpoints, events, delivery_attempts');
    const summary = summarise(plan, load.loaded, (performance.now() - startedAt) / 1000);
    if (summary.events < options.events) throw new DemoDataAbortedError(summary);
    return summary;
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()));
  }
}

/** Hands the chunks to the connections and adds up what was committed. */
class DemoLoad {
  readonly loaded: LoadedRows = { events: 0, attempts: 0, largestTenantAttempts: 0 };
  readonly health = new EndpointHealth();
  private next = 0;

  constructor(
    private readonly plan: DemoPlan,
    private readonly onProgress: OnProgress,
  ) {}

  /** Returns early when `signal` fires; when a connection fails the others stop, and its error is thrown. */
  async run(clients: readonly pg.Client[], signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    await Promise.all(
      clients.map((client) => this.loadChunks(client, stop).catch((error: unknown) => failed.abort(error))),
    );
    // Only the first abort keeps its reason: what the others throw then follows from it.
    if (!signal.aborted) failed.signal.throwIfAborted();
  }

  private async loadChunks(client: pg.Client, stop: AbortSignal): Promise<void> {
    const { events } = this.plan.shape;
    const size = Math.min(MAX_EVENTS_PER_CHUNK, Math.max(MIN_EVENTS_PER_CHUNK, Math.ceil(events / 8)));
    const loader = new ChunkLoader(this.plan);
    while (this.next < events && !stop.aborted) {
      const from = this.next;
      const to = (this.next = Math.min(events, from + size));
      const [loaded, health] = await loader.load(client, from, to, stop);
      this.loaded.events += loaded.events;
      this.loaded.attempts += loaded.attempts;
      this.loaded.largestTenantAttempts += loaded.largestTenantAttempts;
      this.health.merge(health);
      this.onProgress(this.loaded.events, events, this.loaded.events + this.loaded.attempts);
    }
  }
}

function summarise(plan: DemoPlan, loaded: LoadedRows, seconds: number): DemoDataSummary {
  const { users, applications, endpoints } = plan.accounts;
  return {
    users: users.length,
    applications: applications.length,
    endpoints: endpoints.length,
    events: loaded.events,
    attempts: loaded.attempts,
    seconds,
    tenantEmail: users[0]?.email as string,
    adminEmail: users.at(-1)?.email as string,
    largestTenantShare: loaded.attempts === 0 ? 0 : loaded.largestTenantAttempts / loaded.attempts,
  };
}
