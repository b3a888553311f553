import { latencyOf, type Latency } from '../report/latency.js';

/** Enough for a p99; a slow statement ends sooner. */
const REPETITIONS = 1000;
const MIN_REPETITIONS = 50;
const MAX_MS = 8000;
/** PostgreSQL decides about a generic plan at the sixth execution; the rest is for buffers and the JIT of Node. */
const WARM_UPS = 50;

/** In ms. */
export async function timeOnce(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

export async function timeWarm(run: () => Promise<unknown>, signal: AbortSignal): Promise<Latency> {
  await repeat(run, WARM_UPS, MAX_MS / 4, signal);
  return latencyOf(await repeat(run, REPETITIONS, MAX_MS, signal));
}

async function repeat(run: () => Promise<unknown>, times: number, maxMs: number, signal: AbortSignal) {
  const values: number[] = [];
  const deadline = performance.now() + maxMs;
  while (values.length < times && (performance.now() < deadline || values.length < MIN_REPETITIONS)) {
    signal.throwIfAborted();
    values.push(await timeOnce(run));
  }
  return values;
}
