import type { MigrationInterface, QueryRunner } from 'typeorm';
import { compareSchema } from './baseline/compare-schema.js';
import {
  createEthhookSchema,
  dropEthhookTables,
  fillSubscriptionLimits,
  listTablesWithData,
  lockEthhookTables,
} from './baseline/ethhook-schema.sql.js';
import { hasSqlxLedger, readSchema } from './baseline/read-schema.js';

/** EthHook's tables are there, but not as its migrations leave them. Nothing was changed. */
export class SchemaMismatchError extends Error {
  override readonly name = 'SchemaMismatchError';
  constructor(readonly differences: readonly string[]) {
    super(
      `this is not the schema that EthHook's migrations leave; nothing was changed:\n` +
        differences.map((difference) => `  - ${difference}`).join('\n'),
    );
  }
}

/**
 * The baseline. An empty database gets EthHook's schema; an existing one is adopted: verified by its catalogs
 * alone, without a lock on its tables and without a write, or refused with every difference in one list.
 */
export class AdoptEthhookSchema1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const found = await readSchema(queryRunner);
    if (found.relations.length === 0) {
      await queryRunner.query(createEthhookSchema);
      await queryRunner.query(fillSubscriptionLimits);
      say(queryRunner, 'empty database: EthHook schema created');
      return;
    }
    const { differences, notices } = compareSchema(found);
    if (differences.length > 0) throw new SchemaMismatchError(differences);
    for (const notice of notices) say(queryRunner, `notice: ${notice}`);
    say(queryRunner, 'existing EthHook schema verified and adopted, nothing changed in it');
  }

  /** Drops only what `up` would create again exactly as it is: EthHook's own schema, without a row. */
  async down(queryRunner: QueryRunner): Promise<void> {
    let reasons = await reasonsToKeep(queryRunner);
    if (reasons.length === 0) {
      await queryRunner.query(lockEthhookTables);
      // Rows may have come in before the lock.
      reasons = await reasonsToKeep(queryRunner);
    }
    if (reasons.length === 0) await queryRunner.query(dropEthhookTables);
    else say(queryRunner, `EthHook's tables are kept as they are: ${reasons.join('; ')}`);
  }
}

async function reasonsToKeep(queryRunner: QueryRunner): Promise<string[]> {
  if (await hasSqlxLedger(queryRunner)) return ['EthHook created them (_sqlx_migrations is there)'];
  const found = await readSchema(queryRunner);
  if (found.relations.length === 0) return ['there are none'];
  const { differences, notices } = compareSchema(found);
  if (differences.length + notices.length > 0) return [...differences, ...notices];
  const rows = (await queryRunner.query(listTablesWithData)) as { table: string }[];
  return rows.map(({ table }) => `${table} holds data`);
}

const say = (queryRunner: QueryRunner, message: string) => {
  queryRunner.dataSource.logger.logMigration(message, queryRunner);
};
