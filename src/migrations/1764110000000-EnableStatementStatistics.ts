import type { MigrationInterface, QueryRunner } from 'typeorm';
import { record, recorded } from '../kernel/migrations/journal.js';

const EXTENSION = 'pg_stat_statements';

/** The plan's 5.1, where the server has the extension and the role may create it; without it everything else works. */
export class EnableStatementStatistics1764110000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const [state] = (await queryRunner.query(
      `SELECT EXISTS (SELECT FROM pg_extension e WHERE e.extname = '${EXTENSION}') AS "isThere",
              EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = '${EXTENSION}') AS "isAvailable",
              (SELECT s.setting LIKE '%${EXTENSION}%' FROM pg_settings s
                WHERE s.name = 'shared_preload_libraries') AS "isLoaded"`,
    )) as { isThere: boolean; isAvailable: boolean; isLoaded: boolean | null }[];
    const keep = (reason: string) => record(queryRunner, { object: EXTENSION, action: 'kept', reason });
    if (state?.isThere) return keep('it was there');
    if (!state?.isAvailable)
      return keep(
        'the server lacks it: install its contrib package, then CREATE EXTENSION pg_stat_statements',
      );
    await queryRunner.query('SAVEPOINT extension');
    try {
      await queryRunner.query(`CREATE EXTENSION ${EXTENSION}`);
    } catch (error) {
      await queryRunner.query('ROLLBACK TO SAVEPOINT extension');
      if ((error as { code?: string }).code !== '42501') throw error;
      return keep('this role may not create it: have a superuser run CREATE EXTENSION pg_stat_statements');
    }
    await record(queryRunner, {
      object: EXTENSION,
      action: 'created',
      reason:
        state.isLoaded === false
          ? `it was not there; it counts once ${EXTENSION} is in shared_preload_libraries and the server restarted`
          : 'it was not there',
    });
  }

  /** Drops only what `up` created. */
  async down(queryRunner: QueryRunner): Promise<void> {
    const isOurs = (await recorded(queryRunner)).some(({ action }) => action === 'created');
    if (isOurs) await queryRunner.query(`DROP EXTENSION IF EXISTS ${EXTENSION}`);
  }
}
