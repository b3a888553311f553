import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumn, dropColumn } from '../kernel/migrations/column.js';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

const deletedAt = { column: 'deleted_at', type: 'timestamp with time zone' };
const applications = { table: 'public.applications', ...deletedAt };
const endpoints = { table: 'public.endpoints', ...deletedAt };

/**
 * What was asked to be deleted, and how far that is. `requested_at` is the deleted_at of what that request has hidden.
 * `attempts_total` is an estimate until it is finished, and then what was removed.
 */
const createTable = [
  `CREATE TABLE public.deletions (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id          uuid NOT NULL REFERENCES public.users (id) ON DELETE CASCADE,
  resource_type    text NOT NULL CHECK (resource_type IN ('application', 'endpoint')),
  resource_id      uuid NOT NULL,
  name             text NOT NULL,
  requested_at     timestamptz NOT NULL DEFAULT now(),
  attempts_total   bigint NOT NULL,
  attempts_removed bigint NOT NULL DEFAULT 0,
  finished_at      timestamptz
)`,
  'CREATE INDEX deletions_unfinished_idx ON public.deletions (requested_at) WHERE finished_at IS NULL',
  'CREATE INDEX deletions_user_id_idx ON public.deletions (user_id, requested_at, id)',
];

// The fold does not keep the bounds of durations true of what is deleted. Says nothing of the column, which may not be there.
const recountHidden = `INSERT INTO public.statistics_rebuilds (user_id, part, reason)
SELECT DISTINCT p.user_id, 'all', 'endpoints that were deleted are seen again'
  FROM public.endpoints p WHERE to_jsonb(p) ->> 'deleted_at' IS NOT NULL`;

/** Deleted applications and endpoints are hidden at once, and removed row by row. Back: what is hidden now is seen again. */
export class HideDeletedResources1764400000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumn(queryRunner, applications);
    await addColumn(queryRunner, endpoints);
    if (await hasTable(queryRunner)) return;
    const owner = await handOver(queryRunner, ['TABLE', 'public.deletions']);
    await briefly(queryRunner, ...createTable, ...owner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await briefly(queryRunner, recountHidden, 'DROP TABLE IF EXISTS public.deletions');
    await dropColumn(queryRunner, endpoints);
    await dropColumn(queryRunner, applications);
  }
}

async function hasTable(queryRunner: QueryRunner): Promise<boolean> {
  const [row] = (await queryRunner.query(
    `SELECT to_regclass('public.deletions') IS NOT NULL AS "found"`,
  )) as { found: boolean }[];
  return row?.found ?? false;
}
