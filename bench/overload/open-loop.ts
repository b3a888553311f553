import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf, type Latency } from '../report/latency.js';
import { HttpClient, type HttpAnswer } from '../live-statistics/http-client.js';

const TICK_MS = 10;

export interface OpenLoop {
  /** In the order of the requests. */
  askedPerSecond: number;
  answeredPerSecond: number;
  /** 503 and 429. */
  refusedPerSecond: number;
  /** Anything else, broken connections too. */
  failed: number;
  /** No connection was free: the client is at its end. */
  unsent: number;
  answered: Latency;
  refused: Latency;
  /** When the last request was refused or failed, in s from the beginning. */
  lastRefusedAt: number | null;
}

/** Sends `perSecond` requests, whatever became of those before. */
export async function openLoop(
  url: URL,
  connections: number,
  perSecond: number,
  seconds: number,
  send: (client: HttpClient, n: number) => Promise<HttpAnswer>,
  signal: AbortSignal,
): Promise<OpenLoop> {
  const idle = await Promise.all(Array.from({ length: connections }, () => HttpClient.connect(url)));
  const all = [...idle];
  const latencies: Record<'answered' | 'refused', number[]> = { answered: [], refused: [] };
  const pending = new Set<Promise<void>>();
  let [failed, unsent, sent] = [0, 0, 0];
  let lastRefusedAt: number | null = null;
  const startedAt = performance.now();
  const one = async (client: HttpClient, n: number) => {
    const askedAt = performance.now();
    const answer = await send(client, n).catch(() => null);
    if (answer === null) {
      failed++;
      return;
    }
    idle.push(client);
    const kind = answer.status === 200 ? 'answered' : 'refused';
    if (kind === 'refused') lastRefusedAt = (performance.now() - startedAt) / 1000;
    if (kind === 'refused' && answer.status !== 503 && answer.status !== 429) failed++;
    else latencies[kind].push(performance.now() - askedAt);
  };
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - startedAt) {
    for (const due = Math.floor((elapsed / 1000) * perSecond); sent < due; sent++) {
      const client = idle.shift();
      if (client === undefined) {
        unsent++;
        continue;
      }
      const asking: Promise<void> = one(client, sent).finally(() => pending.delete(asking));
      pending.add(asking);
    }
    await sleep(TICK_MS, undefined, { signal });
  }
  await Promise.all(pending);
  const took = (performance.now() - startedAt) / 1000;
  for (const client of all) await client.close();
  return {
    askedPerSecond: sent / took,
    answeredPerSecond: latencies.answered.length / took,
    refusedPerSecond: latencies.refused.length / took,
    failed,
    unsent,
    answered: latencyOf(latencies.answered),
    refused: latencyOf(latencies.refused),
    lastRefusedAt,
  };
}
