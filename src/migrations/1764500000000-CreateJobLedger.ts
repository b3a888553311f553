import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

const jobs = 'public.ethhook_admin_jobs';
const runs = 'public.ethhook_admin_job_runs';

// `*` stands for all jobs. Slots up to last_slot are decided: queued, skipped, or missed and let go.
const createJobs = `
CREATE TABLE ${jobs} (
  name         text PRIMARY KEY,
  last_slot    timestamptz NOT NULL DEFAULT now(),
  paused_at    timestamptz,
  paused_by    text,
  pause_reason text
)`;

// fence goes up with each attempt and with each take-over: who acts checks that it is still theirs. The lease is renewed each
// second, so updates are to stay on their page.
const createRuns = `
CREATE TABLE ${runs} (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job                text NOT NULL,
  scheduled_for      timestamptz,
  state              text NOT NULL DEFAULT 'queued' CHECK (state IN
                       ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped', 'abandoned')),
  attempt            integer NOT NULL DEFAULT 0,
  fence              bigint NOT NULL DEFAULT 0,
  due_at             timestamptz NOT NULL DEFAULT now(),
  lease_until        timestamptz,
  instance           text,
  backend_pid        integer,
  backend_started_at timestamptz,
  asked_by           text,
  reason             text,
  is_dry_run         boolean NOT NULL DEFAULT false,
  is_forced          boolean NOT NULL DEFAULT false,
  parameters         jsonb NOT NULL DEFAULT '{}',
  cancelled_by       text,
  queued_at          timestamptz NOT NULL DEFAULT now(),
  started_at         timestamptz,
  finished_at        timestamptz,
  rows               bigint,
  summary            text,
  error_code         text,
  error_message      text,
  steps              jsonb NOT NULL DEFAULT '[]',
  details            jsonb,
  progress           jsonb,
  CONSTRAINT ethhook_admin_job_runs_slot_key UNIQUE (job, scheduled_for)
) WITH (fillfactor = 70)`;

/** The jobs of the cluster and each of their runs. */
export class CreateJobLedger1764500000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      createJobs,
      `INSERT INTO ${jobs} (name) VALUES ('*')`,
      createRuns,
      `CREATE INDEX ethhook_admin_job_runs_job_idx ON ${runs} (job, id)`,
      `CREATE INDEX ethhook_admin_job_runs_open_idx ON ${runs} (due_at) WHERE state IN ('queued', 'running')`,
      `CREATE UNIQUE INDEX ethhook_admin_job_runs_running_key ON ${runs} (job) WHERE state = 'running'`,
      ...(await handOver(queryRunner, ['TABLE', jobs], ['TABLE', runs])),
    ])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${runs}`);
    await queryRunner.query(`DROP TABLE ${jobs}`);
  }
}
