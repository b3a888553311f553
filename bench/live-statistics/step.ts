import { seconds } from '../report/markdown.js';
import type { Say } from '../report/run-bench.js';

/** Says that it begins, and what it took. */
export async function step<T>(say: Say, name: string, work: () => Promise<T>): Promise<T> {
  say(name);
  const took = stopwatch();
  const result = await work();
  say(`${name}: took ${took()}`);
  return result;
}

/** The time since now, to be read. */
export function stopwatch(): () => string {
  const startedAt = performance.now();
  return () => seconds((performance.now() - startedAt) / 1000);
}
