import { availableParallelism } from 'node:os';
import { readTargets } from '../change-capture/targets.js';
import { readTenants } from '../live-statistics/tenants.js';
import { bound, type Bound } from '../report/bounds.js';
import { median } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { withSession } from '../server/session.js';
import { forms, withForms, type Form, type UrlFor } from './databases.js';
import { ROUNDS, type PartitioningOptions } from './options.js';
import { refusals, selectIds, selectSizes, selectWholeSizes } from './partition.sql.js';
import { readTimes, type ReadTime } from './reads.js';
import { removeOldest, type Removal } from './removal.js';
import { writeRates, type WriteRates } from './writes.js';

export interface Sizes {
  heapBytes: number;
  indexBytes: number;
  rows: number;
}

export interface FormResult {
  sizes: Sizes;
  reads: ReadTime[];
  /** Medians of the rounds, which take turns. */
  writes: WriteRates;
  removal: Removal;
}

export interface PartitioningResult {
  ranAt: string;
  cpus: number;
  node: string;
  postgres: string;
  forms: Record<Form, FormResult>;
  refusals: { what: string; said: string }[];
}

/** That PostgreSQL refuses it is why; the day that it does not, the decision is to be looked at again. */
export const judge = ({ refusals: found }: PartitioningResult): Bound[] =>
  found.map(({ what, said }) => bound(`PostgreSQL refuses ${what}`, 'an error', said, said !== NOTHING));

const NOTHING = 'nothing';

export const comparePartitioning = (options: PartitioningOptions, say: Say, signal: AbortSignal) =>
  withForms(options, say, signal, async (urlFor): Promise<PartitioningResult> => {
    const found = {} as Record<Form, FormResult>;
    const [tenant] = await readTenants(urlFor('whole'));
    for (const form of forms) {
      say(`${form}: sizes and reads`);
      const url = urlFor(form);
      const sizes = await sizesOf(url, form);
      found[form] = { sizes, reads: await readTimes(url, tenant, signal) } as FormResult;
    }
    const refused = await tryRefused(urlFor('parted'));
    const rates = await takeTurns(urlFor, options.seconds, say, signal);
    for (const form of forms) {
      say(`${form}: the oldest month is removed`);
      const { targets } = await readTargets(urlFor(form));
      Object.assign(found[form], {
        writes: rates[form],
        removal: await removeOldest(urlFor(form), form, targets),
      });
    }
    const [version] = await withSession(urlFor('whole'), (query) =>
      query<{ server_version: string }>('SHOW server_version'),
    );
    return {
      ranAt: new Date().toISOString(),
      cpus: availableParallelism(),
      node: process.versions.node,
      postgres: version?.server_version ?? '',
      forms: found,
      refusals: refused,
    };
  });

async function sizesOf(url: string, form: Form): Promise<Sizes> {
  const [sizes] = await withSession(url, (query) =>
    query<Sizes & Record<string, unknown>>(form === 'parted' ? selectSizes : selectWholeSizes),
  );
  if (sizes === undefined) throw new Error('there is no delivery_attempts');
  return sizes;
}

const tryRefused = (url: string) =>
  withSession(url, async (query) => {
    const told: PartitioningResult['refusals'] = [];
    for (const { what, sql } of refusals) {
      const said = await query(sql).then(
        () => NOTHING,
        (error: unknown) => (error as Error).message,
      );
      told.push({ what, said });
    }
    return told;
  });

/** Each form in each round, so that what else the machine does meets both. */
async function takeTurns(urlFor: UrlFor, seconds: number, say: Say, signal: AbortSignal) {
  const rounds: Record<Form, WriteRates[]> = { whole: [], parted: [] };
  for (let round = 1; round <= ROUNDS; round++)
    for (const form of forms) {
      signal.throwIfAborted();
      say(`${form}: inserts and updates, round ${round} of ${ROUNDS}`);
      const { targets } = await readTargets(urlFor(form));
      const ids = await withSession(urlFor(form), (query) => query<{ id: string }>(selectIds));
      const own = ids.map(({ id }) => id);
      rounds[form].push(await writeRates(urlFor(form), targets, own, seconds));
    }
  const medians = (found: readonly WriteRates[]): WriteRates => ({
    insertOne: median(found.map((rates) => rates.insertOne)),
    insertBatch: median(found.map((rates) => rates.insertBatch)),
    updateById: median(found.map((rates) => rates.updateById)),
  });
  return { whole: medians(rounds.whole), parted: medians(rounds.parted) };
}
