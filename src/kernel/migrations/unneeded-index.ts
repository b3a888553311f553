import type { QueryRunner } from 'typeorm';
import { findIndex, type FoundIndex } from './catalog.js';
import { createIndex, dropIndex } from './concurrent-index.js';
import { readUsage, type IndexUsage } from './index-usage.js';
import { record, recorded } from './journal.js';
import { contextOf } from './settings.js';

export interface UnneededIndex {
  name: string;
  /** The index that serves the queries of this one, where this one is what `definition` says. */
  superseded?: { by: string; definition: string };
}

/**
 * Drops an index when it is proven to be of no use: another one covers or supersedes it, its table is empty, or nothing
 * scanned it while the statistics were long enough at it. What is decided is recorded with its evidence and with the
 * statement that restores the index. It is kept when it is invalid (somebody may be building it), backs a constraint, or
 * the proof is missing.
 */
export async function dropUnneededIndex(runner: QueryRunner, index: UnneededIndex): Promise<void> {
  const found = await findIndex(runner, index.name);
  if (found === null) return;
  if (await isBeingDropped(runner, index.name, found)) return dropIndex(runner, index.name);
  const usage = await readUsage(runner, index.name);
  const decision = decide(runner, index, found, usage);
  const evidence = { ...usage, definition: found.definition, sizeBytes: found.sizeBytes };
  await record(runner, {
    object: index.name,
    action: decision.drop ? 'dropped' : 'kept',
    reason: decision.reason,
    evidence,
    restoreSql: decision.drop ? found.definition : null,
  });
  if (decision.drop) await dropIndex(runner, index.name);
}

/** A drop that was killed leaves the index invalid. */
const isBeingDropped = async (runner: QueryRunner, name: string, found: FoundIndex) =>
  !found.isValid &&
  found.builderPid === null &&
  (await recorded(runner)).some(({ object, action }) => object === name && action === 'dropped');

function decide(
  runner: QueryRunner,
  { superseded }: UnneededIndex,
  found: FoundIndex,
  usage: IndexUsage,
): { drop: boolean; reason: string } {
  const keep = (reason: string) => ({ drop: false, reason });
  const drop = (reason: string) => ({ drop: true, reason });
  if (found.builderPid !== null) return keep(`backend ${found.builderPid} is building it at this moment`);
  if (!found.isValid)
    return keep('it is invalid, what a failed build has left: drop it with DROP INDEX CONCURRENTLY');
  if (found.constraint !== null) return keep(`the constraint ${found.constraint} stands on it`);
  if (found.isUnique) return keep('it is unique, and so a rule as well');
  if (usage.coveredBy !== null) return drop(`${usage.coveredBy} covers it`);
  if (superseded !== undefined)
    return found.definition === superseded.definition
      ? drop(`${superseded.by} serves what it was for`)
      : keep(`it is not what it is known as, but ${found.definition}`);
  if (usage.tableIsEmpty) return drop('its table is empty');
  return decideByScans(runner, usage);
}

function decideByScans(runner: QueryRunner, usage: IndexUsage): { drop: boolean; reason: string } {
  const { minStatisticsAgeHours } = contextOf(runner).settings;
  if (usage.scans > 0) return { drop: false, reason: `${usage.scans} scans since ${usage.since}` };
  if (usage.unseenReplicas > 0)
    return {
      drop: false,
      reason:
        `${usage.unseenReplicas} replica(s) may use it, unseen from here: give them in DATABASE_REPLICA_URLS, ` +
        'or drop it by hand',
    };
  if (usage.observedHours < minStatisticsAgeHours)
    return {
      drop: false,
      reason:
        `no scan in ${usage.observedHours.toFixed(1)} h of statistics, which prove nothing before ` +
        `${minStatisticsAgeHours} h: drop it later, or by hand`,
    };
  return { drop: true, reason: `no scan since ${usage.since}` };
}

/** Builds again what this migration dropped. */
export async function restoreDroppedIndexes(runner: QueryRunner): Promise<void> {
  for (const { object, action, restoreSql } of await recorded(runner)) {
    if (action === 'dropped' && restoreSql !== null)
      await createIndex(runner, { name: object, definition: restoreSql });
  }
}
