import type { MigrationInterface, QueryRunner } from 'typeorm';
import { findConstraint } from '../kernel/migrations/catalog.js';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';
import { addConstraint, dropConstraint, validateConstraint } from '../kernel/migrations/constraint.js';
import { proveMovedKeys, swapKeys } from '../kernel/migrations/keys.js';

interface TenantTable {
  name: string;
  /** The primary key that begins with user_id, as pg_get_constraintdef writes it. */
  key: string;
  /** The unique index that becomes it. */
  keyIndex: string;
}

const attempts: TenantTable = {
  name: 'delivery_attempts',
  // One index for three ends: the key, the order of the read path, and all columns that it reads. event_ingested_at in it
  // lets the table be partitioned by time, user_id lets it be spread over machines.
  key: '(user_id, event_ingested_at, event_id, id) INCLUDE (endpoint_id, duration_ms, success)',
  keyIndex: 'delivery_attempts_read_key',
};
const tables: readonly TenantTable[] = [
  { name: 'applications', key: '(user_id, id)', keyIndex: 'applications_user_id_id_key' },
  { name: 'endpoints', key: '(user_id, id)', keyIndex: 'endpoints_user_id_id_key' },
  attempts,
];
const applicationOnly = {
  table: 'public.endpoints',
  name: 'endpoints_application_id_fkey',
  definition: 'FOREIGN KEY (application_id) REFERENCES applications(id) ON DELETE CASCADE',
};

/**
 * Primary keys that begin with user_id. `id` alone stays unique beside them: EthHook's writers address rows by it. It is
 * the one thing to give up on the day the data is spread over machines.
 */
export class LeadKeysWithUserId1764170000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await dropConstraint(queryRunner, applicationOnly);
    for (const table of tables) {
      if (!(await hasPrimaryKey(queryRunner, table.name, table.key))) await lead(queryRunner, table);
      await dropIndex(queryRunner, `${table.name}_id_pkey`); // of a revert that was left half-way
      await proveMovedKeys(queryRunner, `public.${table.name}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [...tables].reverse()) {
      if (!(await hasPrimaryKey(queryRunner, table.name, '(id)'))) await follow(queryRunner, table);
      // Of an `up` that was left half-way.
      await dropIndex(queryRunner, `${table.name}_id_key`);
      if (table.name === attempts.name) await dropIndex(queryRunner, attempts.keyIndex);
      await proveMovedKeys(queryRunner, `public.${table.name}`);
    }
    await addConstraint(queryRunner, applicationOnly);
    await validateConstraint(queryRunner, applicationOnly);
  }
}

async function lead(queryRunner: QueryRunner, { name, key, keyIndex }: TenantTable): Promise<void> {
  await createUniqueIndex(queryRunner, name, `${name}_id_key`, '(id)');
  await createUniqueIndex(queryRunner, name, keyIndex, key);
  await swapKeys(queryRunner, {
    table: `public.${name}`,
    drop: [`${name}_pkey`],
    add: [
      `ADD CONSTRAINT ${name}_pkey PRIMARY KEY USING INDEX ${keyIndex}`,
      `ADD CONSTRAINT ${name}_id_key UNIQUE USING INDEX ${name}_id_key`,
    ],
  });
}

/** Back to the key on `id`; foreign keys to (user_id, id) go on standing, on an index of their own. */
async function follow(queryRunner: QueryRunner, { name, key, keyIndex }: TenantTable): Promise<void> {
  const idIndex = `${name}_id_pkey`;
  await createUniqueIndex(queryRunner, name, idIndex, '(id)');
  if (name !== attempts.name) await createUniqueIndex(queryRunner, name, keyIndex, key);
  await swapKeys(queryRunner, {
    table: `public.${name}`,
    drop: [`${name}_pkey`, `${name}_id_key`],
    add: [`ADD CONSTRAINT ${name}_pkey PRIMARY KEY USING INDEX ${idIndex}`],
  });
}

const createUniqueIndex = (queryRunner: QueryRunner, table: string, name: string, columns: string) =>
  createIndex(queryRunner, {
    name,
    definition: `CREATE UNIQUE INDEX ${name} ON public.${table} USING btree ${columns}`,
  });

const hasPrimaryKey = async (queryRunner: QueryRunner, table: string, key: string) =>
  (await findConstraint(queryRunner, `public.${table}`, `${table}_pkey`))?.definition ===
  `PRIMARY KEY ${key}`;
