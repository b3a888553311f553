import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorReport } from '../../scripts/simulator/simulate.js';
import { lastWords, startScript } from '../server/children.js';

const FOR_EVER_SECONDS = 604_800;
/** Its connections are open then, and its first deliveries have ended. */
const RUN_IN_MS = 3000;

export interface Written {
  insertedPerSecond: number;
  insertedRows: number;
}

/** `scripts/simulate.js` as a process of its own during `work`. Throws when a write of it was refused or lost. */
export async function withWriter<T>(
  databaseUrl: string,
  rate: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<{ result: T; written: Written }> {
  const args = ['--rate', String(rate), '--seconds', String(FOR_EVER_SECONDS)];
  const child = startScript('scripts/simulate.js', args, databaseUrl, signal);
  try {
    await sleep(RUN_IN_MS, undefined, { signal });
    const result = await work();
    child.stop();
    return { result, written: reportOf(await child.ended) };
  } finally {
    child.stop();
    await child.ended.catch(() => undefined);
  }
}

function reportOf(ended: Parameters<typeof lastWords>[0]): Written {
  const text = ended.stdout.at(-1)?.text;
  if (ended.code !== 0 || text === undefined) throw new Error(`the writer failed: ${lastWords(ended)}`);
  const { achievedRate, events, attempts, failed } = JSON.parse(text) as SimulatorReport;
  if (Object.keys(failed).length > 0)
    throw new Error(`writes were refused, by SQLSTATE: ${JSON.stringify(failed)}`);
  return { insertedPerSecond: achievedRate, insertedRows: events + attempts };
}
