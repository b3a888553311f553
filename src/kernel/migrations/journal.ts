import type { QueryRunner } from 'typeorm';
import { contextOf } from './settings.js';

export interface SchemaChange {
  /** What was changed, e.g. an index's name. */
  object: string;
  action: 'created' | 'dropped' | 'kept' | 'repaired';
  reason: string;
  evidence?: object;
  /** Undoes it. */
  restoreSql?: string | null;
}

/** Written before the change itself, so that no kill can come between: what undoes it must be known whenever it is there. */
export async function record(runner: QueryRunner, change: SchemaChange): Promise<void> {
  const { migration, log, rehearsal } = contextOf(runner);
  log(`${change.object}: ${rehearsal ? 'to be ' : ''}${change.action}: ${change.reason}`);
  if (rehearsal) return;
  await runner.query(
    `INSERT INTO public.ethhook_admin_schema_changes AS c (migration, object, action, reason, evidence, restore_sql)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (migration, object) DO UPDATE
        SET action = excluded.action, reason = excluded.reason, evidence = excluded.evidence,
            restore_sql = coalesce(excluded.restore_sql, c.restore_sql), recorded_at = now()`,
    [
      migration,
      change.object,
      change.action,
      change.reason,
      JSON.stringify(change.evidence ?? {}),
      change.restoreSql ?? null,
    ],
  );
}

export interface RecordedChange {
  object: string;
  action: SchemaChange['action'];
  restoreSql: string | null;
}

/** Of the migration that is running, the latest first. */
export const recorded = (runner: QueryRunner): Promise<RecordedChange[]> =>
  contextOf(runner).rehearsal
    ? Promise.resolve([])
    : (runner.query(
        `SELECT c.object, c.action, c.restore_sql AS "restoreSql" FROM public.ethhook_admin_schema_changes c
          WHERE c.migration = $1 ORDER BY c.recorded_at DESC, c.object`,
        [contextOf(runner).migration],
      ) as Promise<RecordedChange[]>);

export const JOURNAL = 'public.ethhook_admin_schema_changes';

async function journalExists(runner: QueryRunner): Promise<boolean> {
  const [row] = (await runner.query(`SELECT to_regclass('${JOURNAL}') IS NOT NULL AS "present"`)) as {
    present: boolean;
  }[];
  return row?.present === true;
}

/** A migration that is not one transaction may be left half-way: then this is all that tells. */
export async function recordBegin(runner: QueryRunner): Promise<void> {
  if (await journalExists(runner))
    await runner.query(
      `INSERT INTO ${JOURNAL} (migration, object, action, reason) VALUES ($1, 'migration', 'begun', 'to be run')
       ON CONFLICT DO NOTHING`,
      [contextOf(runner).migration],
    );
}

/** Also those that were finished since. */
export async function begunMigrations(runner: QueryRunner): Promise<string[]> {
  if (!(await journalExists(runner))) return [];
  const rows = (await runner.query(
    `SELECT c.migration FROM ${JOURNAL} c WHERE c.object = 'migration' AND c.action = 'begun'`,
  )) as { migration: string }[];
  return rows.map(({ migration }) => migration);
}

/** After a revert, with the entry of the ledger: until then a revert that was killed needs to know what was there before. */
export async function forgetRecorded(runner: QueryRunner): Promise<void> {
  if (await journalExists(runner))
    await runner.query(`DELETE FROM ${JOURNAL} WHERE migration = $1`, [contextOf(runner).migration]);
}
