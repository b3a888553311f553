import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndex, dropIndex } from '../kernel/migrations/concurrent-index.js';

const ofUser = {
  name: 'idx_audit_logs_user_created',
  definition:
    "CREATE INDEX idx_audit_logs_user_created ON public.audit_logs USING btree (user_id, COALESCE(created_at, '-infinity'::timestamp with time zone), id)",
};

/** A tenant's audit log, page by page. created_at may be NULL; such rows are the oldest. */
export class IndexAuditLogs1764420000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndex(queryRunner, ofUser);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropIndex(queryRunner, ofUser.name);
  }
}
