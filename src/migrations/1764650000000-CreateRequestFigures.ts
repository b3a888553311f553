import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';

const minutes = 'public.ethhook_admin_route_minutes';
const hours = 'public.ethhook_admin_tenant_hours';

/** What requests took: by route and minute, and by tenant and hour. */
export class CreateRequestFigures1764650000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [
      `CREATE TABLE ${minutes} (
  minute        timestamptz NOT NULL,
  instance      text NOT NULL,
  part          integer NOT NULL,
  route         text NOT NULL,
  method        text NOT NULL,
  requests      integer NOT NULL,
  errors        integer NOT NULL,
  client_errors integer NOT NULL,
  timeouts      integer NOT NULL,
  cache_hits    integer NOT NULL,
  cache_misses  integer NOT NULL,
  sum_ms        double precision NOT NULL,
  max_ms        double precision NOT NULL,
  database_ms   double precision NOT NULL,
  bins          integer[] NOT NULL,
  counts        integer[] NOT NULL,
  PRIMARY KEY (minute, instance, part, route, method)
)`,
      `COMMENT ON COLUMN ${minutes}.instance IS 'A process; empty: all of them, and the whole hour.'`,
      `COMMENT ON COLUMN ${minutes}.bins IS 'Of latency, those that are not empty; counts has how many are in each.'`,
      `CREATE TABLE ${hours} (
  hour        timestamptz NOT NULL,
  user_id     uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  requests    bigint NOT NULL,
  database_ms double precision NOT NULL,
  rows        bigint NOT NULL,
  bytes       bigint NOT NULL,
  statements  bigint NOT NULL,
  PRIMARY KEY (hour, user_id, endpoint_id)
)`,
      `COMMENT ON COLUMN ${hours}.user_id IS 'All 0: nobody was logged in; all f: tenants that there was no room for.'`,
      `COMMENT ON COLUMN ${hours}.endpoint_id IS 'All 0: not about one endpoint.'`,
      `CREATE INDEX ethhook_admin_tenant_hours_user_idx ON ${hours} (user_id, hour)`,
      ...(await handOver(queryRunner, ['TABLE', minutes], ['TABLE', hours])),
    ])
      await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${minutes}, ${hours}`);
  }
}
