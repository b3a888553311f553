import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

const timeline = 'public.ethhook_admin_timeline';
const seen = 'public.ethhook_admin_settings_seen';
const scorecard = 'public.ethhook_admin_scorecard';
const baseline = 'public.ethhook_admin_scorecard_baseline';

/** What was changed when, as far as nothing else records it; the server's settings as they were last seen; the scorecard. */
export class CreateTimeline1764660000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      `CREATE TABLE ${timeline} (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT now(),
  kind    text NOT NULL CHECK (kind IN ('configuration', 'deployment', 'manual')),
  name    text NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  by      text
)`,
      `CREATE UNIQUE INDEX ethhook_admin_timeline_deployment_key ON ${timeline} (name) WHERE kind = 'deployment'`,
      `CREATE TABLE ${seen} (
  scope   text NOT NULL,
  name    text NOT NULL,
  setting text NOT NULL,
  source  text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, name)
)`,
      `CREATE TABLE ${scorecard} (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  period   text NOT NULL CHECK (period IN ('hour', 'day')),
  at       timestamptz NOT NULL,
  target   text NOT NULL,
  bound    double precision NOT NULL,
  measured double precision,
  state    text NOT NULL CHECK (state IN ('met', 'missed', 'unknown')),
  reason   text,
  samples  bigint NOT NULL,
  CONSTRAINT ethhook_admin_scorecard_key UNIQUE (period, at, target)
)`,
      `CREATE TABLE ${baseline} (
  figure      text PRIMARY KEY,
  low         double precision NOT NULL,
  high        double precision NOT NULL,
  source      text NOT NULL,
  recorded_by text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (low <= high)
)`,
      ...(await handOver(
        queryRunner,
        ['TABLE', timeline],
        ['TABLE', seen],
        ['TABLE', scorecard],
        ['TABLE', baseline],
      )),
    ])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${timeline}, ${seen}, ${scorecard}, ${baseline}`);
  }
}
