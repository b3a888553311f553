import { randomBytes } from 'node:crypto';
import { Random } from '../../src/demo/random.js';
import { readEndpoints } from './endpoints.js';
import type { LatencyEntry } from './latency-log.js';
import type { LedgerEntry } from './ledger-file.js';
import { NdjsonFile } from './ndjson-file.js';
import { Pacer } from './pacer.js';
import { Simulation } from './simulation.js';
import type { LatencyMs } from './tally.js';
import { verify, type Verification } from './verify.js';
import { newClient, WriterConnection } from './writer-connection.js';

export interface SimulatorOptions {
  databaseUrl: string;
  /** Inserted rows a second, events and attempts together. */
  rate: number;
  seconds: number;
  /** Of what the rows hold; the ids are new in every run. */
  seed: number;
  /** Connections that write at the same time. */
  writers: number;
  /** Deliver to the endpoints of this one only. */
  applicationId?: string | undefined;
  ledgerFile?: string | undefined;
  latencyFile?: string | undefined;
}

export interface SimulatorProgress {
  seconds: number;
  events: number;
  attempts: number;
  updates: number;
  unknown: number;
  failed: number;
  disconnects: number;
  achievedRate: number;
}

export interface SimulatorReport extends Verification {
  events: number;
  attempts: number;
  retries: number;
  updates: number;
  /** Refused writes by SQLSTATE. */
  failed: Record<string, number>;
  /** Writes whose connection broke before the acknowledgement; each may be there or not, and neither is an error. */
  unknown: number;
  disconnects: number;
  latencyMs: LatencyMs;
  seconds: number;
  targetRate: number;
  achievedRate: number;
  /** Rows that fell due during a stall longer than half a second and were given up. */
  skippedRows: number;
}

const PROGRESS_MS = 1000;
const REFRESH_MS = 30_000;
const VERIFY_MS = 300_000;
/** Half a second's rows are caught up after a stall, or one batch when that is more. */
const burstOf = (rate: number) => Math.max(10, rate / 2);

/**
 * Writes as EthHook's ingestor and delivery service do until the seconds are over or `signal` fires, then reads all of it
 * back. Throws NoEndpointsError, and whatever keeps it from connecting at the start or from reading back at the end.
 */
export async function simulate(
  options: SimulatorOptions,
  signal: AbortSignal,
  onProgress: (progress: SimulatorProgress) => void = () => undefined,
): Promise<SimulatorReport> {
  const { databaseUrl, rate, writers } = options;
  const endpoints = await currentEndpoints(options);
  const ledger = await openFile<LedgerEntry>(options.ledgerFile);
  const latencyLog = await openFile<LatencyEntry>(options.latencyFile);
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  const pacer = new Pacer(rate, burstOf(rate));
  const random = new Random(`ethhook-simulator/${options.seed}`).seek(0, 0);
  const simulation = new Simulation(randomBytes(16).toString('hex'), random, endpoints, pacer, ledger);
  const connections = Array.from(
    { length: writers },
    () => new WriterConnection(databaseUrl, stop, latencyLog),
  );
  const startedAt = performance.now();
  const progress = () => snapshot(simulation, connections, (performance.now() - startedAt) / 1000);

  const timer = setTimeout(() => over.abort(), options.seconds * 1000);
  const printing = setInterval(() => onProgress(progress()), PROGRESS_MS);
  const refreshing = setInterval(() => void refresh(simulation, options), REFRESH_MS);
  try {
    await Promise.all(connections.map((connection) => simulation.runWriter(connection, stop)));
  } finally {
    over.abort();
    clearTimeout(timer);
    clearInterval(printing);
    clearInterval(refreshing);
    await Promise.allSettled(connections.map((connection) => connection.close()));
    await ledger?.close();
    await latencyLog?.close();
  }
  const last = progress();
  return report(simulation, last, options, pacer, await readBack(simulation, databaseUrl));
}

const openFile = async <Entry extends object>(path: string | undefined) =>
  path === undefined ? null : NdjsonFile.create<Entry>(path);

type EndpointsOf = Pick<SimulatorOptions, 'databaseUrl' | 'applicationId'>;

async function currentEndpoints({ databaseUrl, applicationId }: EndpointsOf) {
  const client = newClient(databaseUrl);
  await client.connect();
  try {
    return await readEndpoints(client, applicationId);
  } finally {
    await client.end();
  }
}

/** The old ones serve on when the database is away or has none left. */
async function refresh(simulation: Simulation, of: EndpointsOf): Promise<void> {
  simulation.endpoints = await currentEndpoints(of).catch(() => simulation.endpoints);
}

function snapshot(
  { tally }: Simulation,
  connections: readonly WriterConnection[],
  seconds: number,
): SimulatorProgress {
  const { events, attempts, updates, unknown } = tally;
  const failed = Object.values(tally.failed).reduce((sum, count) => sum + count, 0);
  const disconnects = connections.reduce((sum, connection) => sum + connection.disconnects, 0);
  return {
    seconds,
    events,
    attempts,
    updates,
    unknown,
    failed,
    disconnects,
    achievedRate: (events + attempts) / seconds,
  };
}

async function readBack(simulation: Simulation, databaseUrl: string): Promise<Verification> {
  const connection = new WriterConnection(databaseUrl, AbortSignal.timeout(VERIFY_MS));
  try {
    return await verify(connection, simulation.events, simulation.attempts);
  } finally {
    await connection.close();
  }
}

function report(
  { tally }: Simulation,
  progress: SimulatorProgress,
  options: SimulatorOptions,
  pacer: Pacer,
  verification: Verification,
): SimulatorReport {
  return {
    ...verification,
    events: tally.events,
    attempts: tally.attempts,
    retries: tally.retries,
    updates: tally.updates,
    failed: tally.failed,
    unknown: tally.unknown,
    disconnects: progress.disconnects,
    latencyMs: tally.latencyMs(),
    seconds: progress.seconds,
    targetRate: options.rate,
    achievedRate: progress.achievedRate,
    skippedRows: pacer.skipped,
  };
}
