import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

const checks = 'public.ethhook_admin_checks';
const findings = 'public.ethhook_admin_findings';
const openings = 'public.ethhook_admin_finding_openings';
const reports = 'public.ethhook_admin_check_reports';
const alerts = 'public.ethhook_admin_alerts';
const severities = `('info', 'warning', 'critical')`;

const tables = [
  // The latest look of each check.
  `CREATE TABLE ${checks} (
  name         text PRIMARY KEY,
  looked_at    timestamptz NOT NULL,
  evaluated_at timestamptz,
  duration_ms  double precision NOT NULL,
  limits       text[] NOT NULL,
  error        text
)`,
  // The latest opening of each, with what was seen last.
  `CREATE TABLE ${findings} (
  id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  check_name       text NOT NULL,
  object           text NOT NULL,
  severity         text NOT NULL CHECK (severity IN ${severities}),
  title            text NOT NULL,
  evidence         jsonb NOT NULL,
  why              text NOT NULL,
  fix_sql          text,
  advice           text NOT NULL,
  action           jsonb,
  opened_at        timestamptz NOT NULL,
  last_seen_at     timestamptz NOT NULL,
  resolved_at      timestamptz,
  reopened         integer NOT NULL DEFAULT 0,
  seen_limits      text[] NOT NULL,
  clean_looks      integer NOT NULL DEFAULT 0,
  ignored_at       timestamptz,
  ignored_by       text,
  ignored_until    timestamptz,
  ignore_reason    text,
  alerted_at       timestamptz,
  alerted_severity text,
  UNIQUE (check_name, object)
)`,
  `CREATE INDEX ethhook_admin_findings_opened_at_idx ON ${findings} (opened_at, id)`,
  `CREATE TABLE ${openings} (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  finding_id   uuid NOT NULL REFERENCES ${findings} ON DELETE CASCADE,
  opened_at    timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  resolved_at  timestamptz,
  severity     text NOT NULL CHECK (severity IN ${severities}),
  title        text NOT NULL,
  evidence     jsonb NOT NULL,
  UNIQUE (finding_id, opened_at)
)`,
  `CREATE TABLE ${reports} (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  cadence    text NOT NULL CHECK (cadence IN ('daily', 'weekly')),
  created_at timestamptz NOT NULL,
  content    jsonb NOT NULL
)`,
  `CREATE INDEX ethhook_admin_check_reports_created_at_idx ON ${reports} (created_at, id)`,
  // What is to be sent, until it was: nothing is lost with a process.
  `CREATE TABLE ${alerts} (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind        text NOT NULL CHECK (kind IN ('opened', 'raised', 'reminder', 'resolved', 'test')),
  finding_id  uuid REFERENCES ${findings} ON DELETE CASCADE,
  severity    text CHECK (severity IN ${severities}),
  finding     jsonb,
  created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempts    integer NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at    timestamptz,
  outcome     text CHECK (outcome IN ('delivered', 'given_up')),
  last_status integer,
  last_error  text
)`,
  `CREATE INDEX ethhook_admin_alerts_due_at_idx ON ${alerts} (due_at, id) WHERE ended_at IS NULL`,
  `CREATE INDEX ethhook_admin_alerts_created_at_idx ON ${alerts} (created_at, id)`,
  `CREATE INDEX ethhook_admin_alerts_finding_id_idx ON ${alerts} (finding_id)`,
];

/** Checks, what they found, the reports of them and the alerts about them. */
export class RecordFindings1764640000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const made = [checks, findings, openings, reports, alerts].map((table) => ['TABLE', table] as const);
    for (const statement of [...tables, ...(await handOver(queryRunner, ...made))])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [alerts, reports, openings, findings, checks])
      await queryRunner.query(`DROP TABLE ${table}`);
  }
}
