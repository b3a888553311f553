import { setTimeout as delay } from 'node:timers/promises';

/** Waits, but not once the run is to end. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
