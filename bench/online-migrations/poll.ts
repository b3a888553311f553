import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { LatencyEntry, LatencyLog } from '../../scripts/simulator/latency-log.js';
import { NdjsonFile } from '../../scripts/simulator/ndjson-file.js';
import { reads, type ReadSample } from './reads.sql.js';

const EVERY_MS = 200;

/** A process of its own: polls until SIGTERM, each read over its own connection, and logs every answer. */
async function main([logFile, endpointId, attemptId]: string[]): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const log = await NdjsonFile.create<LatencyEntry>(logFile as string);
  const sample = { endpointId, attemptId } as ReadSample;
  await Promise.all(reads.map((read) => poll(read, sample, log, stop.signal)));
  await log.close();
}

async function poll(
  { name, text, values }: (typeof reads)[number],
  sample: ReadSample,
  log: LatencyLog,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({
    connectionString: process.env.DATABASE_URL,
    application_name: 'ethhook-bench-reader',
  });
  client.on('error', () => undefined); // the read under way fails too
  await client.connect();
  while (!signal.aborted) {
    const startedAt = performance.now();
    // Prepared: a migration that changed what a statement returns would break it.
    const outcome = await client.query({ name, text, values: values(sample) }).then(
      () => 'acknowledged',
      (error: unknown) => (error as { code?: string }).code ?? 'unknown',
    );
    const latencyMs = performance.now() - startedAt;
    log.write({ statement: name, latencyMs, outcome });
    await sleep(Math.max(0, EVERY_MS - latencyMs), undefined, { signal }).catch(() => undefined);
  }
  await client.end();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
