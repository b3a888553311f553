import { readFile } from 'node:fs/promises';
import type { Query } from '../server/session.js';

/** The kernel's clock ticks a second: 100 on every Linux. */
const TICKS = 100;

const OURS = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'ethhook-admin%' AND pid <> pg_backend_pid()`;

/** Seconds that the backends of our sessions have taken so far, by pid. Linux only: /proc. */
export async function backendSeconds(query: Query): Promise<Map<number, number>> {
  const rows = await query<{ pid: number }>(OURS);
  const found = new Map<number, number>();
  for (const { pid } of rows) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    // The name in the second field may hold blanks; user and system time are the 12th and 13th behind it.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields !== undefined) found.set(pid, (Number(fields[11]) + Number(fields[12])) / TICKS);
  }
  return found;
}

/** Of backends that have ended meanwhile nothing is known: the collectors keep theirs. */
export const secondsBetween = (
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): number => [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
