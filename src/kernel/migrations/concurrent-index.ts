import { setTimeout as delay } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { sqlState } from '../database/database-error.js';
import { findIndex, relationExists, type FoundIndex } from './catalog.js';
import { watchIndexBuild } from './index-progress.js';
import { record } from './journal.js';
import { MigrationError } from './session.js';
import { contextOf } from './settings.js';

export interface IndexDefinition {
  name: string;
  /** As pg_get_indexdef writes it, so that what is there can be recognised: CREATE INDEX name ON public.table … */
  definition: string;
}

const BUILD_ATTEMPTS = 3;
// A deadlock with somebody's lock, a time-out set for the role, a transaction id that was ended.
const passing = new Set(['40P01', '55P03', '57014', '40001']);

/**
 * Builds an index beside readers and writers: CREATE INDEX CONCURRENTLY, without IF NOT EXISTS, which would keep an
 * invalid remnant. Such a remnant of this name is dropped first; a valid index of this name and definition is kept as it
 * is. Throws MigrationError when the name means another index, or when the build fails.
 */
export async function createIndex(runner: QueryRunner, { name, definition }: IndexDefinition): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const found = await findIndex(runner, name);
    if (found === null) await refuseOtherRelation(runner, name);
    else if (await isDone(runner, name, definition, found)) return;
    try {
      await watchIndexBuild(runner, name, () => runner.query(concurrently(definition)));
      if (contextOf(runner).rehearsal) return;
    } catch (error) {
      if (
        contextOf(runner).signal.aborted ||
        attempt >= BUILD_ATTEMPTS ||
        !passing.has(sqlState(error) ?? '')
      )
        throw error;
      contextOf(runner).log(`${name}: ${(error as Error).message}; attempt ${attempt} of ${BUILD_ATTEMPTS}`);
      await delay(attempt * 1000);
    }
  }
}

async function refuseOtherRelation(runner: QueryRunner, name: string): Promise<void> {
  if (await relationExists(runner, `public.${name}`))
    throw new MigrationError(
      `there is something else called ${name}, where an index is needed. ` +
        `Rename it and run again: ALTER TABLE public.${name} RENAME TO ${name}_old`,
    );
}

async function isDone(
  runner: QueryRunner,
  name: string,
  definition: string,
  found: FoundIndex,
): Promise<boolean> {
  if (found.builderPid !== null)
    throw new MigrationError(
      `${name} is being built by backend ${found.builderPid} at this moment: run again when it has finished`,
    );
  if (!found.isValid) {
    await dropRemnant(runner, name, found);
    return false;
  }
  if (found.definition !== definition)
    throw new MigrationError(
      `there is another index of this name: ${found.definition}; expected ${definition}. ` +
        `Rename it: ALTER INDEX public.${name} RENAME TO ${name}_old`,
    );
  return true;
}

async function dropRemnant(runner: QueryRunner, name: string, found: FoundIndex): Promise<void> {
  await record(runner, {
    object: name,
    action: 'repaired',
    reason: 'an invalid index that a build had left is dropped and built anew',
    evidence: { definition: found.definition, sizeBytes: found.sizeBytes },
  });
  await runner.query(`DROP INDEX CONCURRENTLY public.${name}`);
}

/** Drops an index that is there, valid or not, beside readers and writers. */
export async function dropIndex(runner: QueryRunner, name: string): Promise<void> {
  if ((await findIndex(runner, name)) !== null) await runner.query(`DROP INDEX CONCURRENTLY public.${name}`);
}

export const concurrently = (definition: string) =>
  definition.replace(/^CREATE (UNIQUE )?INDEX /, '$&CONCURRENTLY ');
