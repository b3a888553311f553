import { latencyOf, mergedLatency, type Latency } from '../report/latency.js';

/** Enough for a p99, and with MAX_MS a second or two for a statement; a slow one ends sooner. */
const REPETITIONS = 500;
const MIN_REPETITIONS = 10;
const MAX_MS = 2000;
/** Each percentile is the median of the rounds': what disturbs the machine for a moment does not decide a p99. */
const ROUNDS = 5;
const MAX_ROUNDS_MS = 4000;
/** For the one plan of the prepared statement, the buffers and the JIT of Node. */
const WARM_UPS = 50;

/** In ms. */
export async function timeOnce(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

export async function timeWarm(run: () => Promise<unknown>, signal: AbortSignal): Promise<Latency> {
  await warmUp(run, signal);
  return timeRuns(run, signal);
}

export async function warmUp(run: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  await repeat(run, WARM_UPS, MAX_MS / 4, signal);
}

export async function timeRuns(run: () => Promise<unknown>, signal: AbortSignal): Promise<Latency> {
  const rounds: Latency[] = [];
  const deadline = performance.now() + MAX_ROUNDS_MS;
  while (rounds.length < ROUNDS && (performance.now() < deadline || rounds.length === 0))
    rounds.push(latencyOf(await repeat(run, REPETITIONS, MAX_MS, signal)));
  return mergedLatency(rounds);
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
