import type { MigrationInterface, QueryRunner } from 'typeorm';
import { handOver } from '../kernel/migrations/owner.js';
import { briefly } from '../kernel/migrations/short-transaction.js';

/**
 * A rollup row counts what a scope has in a bucket (UTC) of the event's ingested_at; -infinity is the bucket of events
 * without a time. `kind`: 0 the user, 1 an application, 2 an endpoint, 3 a set of chains. Events are distinct events of the
 * scope: tried at all, with a success, with a failure, and open (no outcome yet). For a set of chains `events` are those
 * whose endpoints listen to exactly this set together, `events_ok` those whose successes do, and so on; attempts are those
 * at endpoints with exactly this set: so any choice of chains is a sum of rows.
 */
const rollup = (name: string, fillfactor: number) => `CREATE TABLE public.${name} (
  user_id       uuid NOT NULL,
  scope_id      uuid NOT NULL,
  bucket        timestamptz NOT NULL,
  ms            bigint NOT NULL,
  ms_ok         bigint NOT NULL,
  ms_failed     bigint NOT NULL,
  events        integer NOT NULL,
  events_ok     integer NOT NULL,
  events_failed integer NOT NULL,
  events_open   integer NOT NULL,
  attempts      integer NOT NULL,
  ok            integer NOT NULL,
  failed        integer NOT NULL,
  timed         integer NOT NULL,
  timed_ok      integer NOT NULL,
  timed_failed  integer NOT NULL,
  kind          smallint NOT NULL,
  PRIMARY KEY (user_id, scope_id, bucket)
) WITH (fillfactor = ${fillfactor}, autovacuum_vacuum_scale_factor = 0.02)`;

const tables: Readonly<Record<string, readonly string[]>> = {
  statistics_fine: [rollup('statistics_fine', 70)],
  statistics_hours: [rollup('statistics_hours', 90)],
  statistics_days: [rollup('statistics_days', 80)],
  statistics_totals: [rollup('statistics_totals', 30)],
  // Values from 2^15 ms on share buckets like all others; ADR 7 has the bound of the error.
  statistics_durations: [
    `CREATE TABLE public.statistics_durations (
  user_id     uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  bin         smallint NOT NULL,
  attempts    integer NOT NULL,
  min_ms      integer NOT NULL,
  max_ms      integer NOT NULL,
  PRIMARY KEY (user_id, endpoint_id, bin)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)`,
  ],
  // Which events a five-minute slot of a day may hold: to leave out the others, never to count.
  event_facets: [
    `CREATE TABLE public.event_facets (
  user_id uuid NOT NULL,
  facet   bigint NOT NULL,
  day     date NOT NULL,
  slots   bit(288) NOT NULL,
  PRIMARY KEY (user_id, facet, day)
) WITH (fillfactor = 80)`,
  ],
  event_blocks: [
    `CREATE TABLE public.event_blocks (
  user_id uuid NOT NULL,
  hour    timestamptz NOT NULL,
  blocks  int8multirange NOT NULL,
  PRIMARY KEY (user_id, hour)
) WITH (fillfactor = 80)`,
  ],
  // What an endpoint counts for, also after it is gone and its attempts have yet to be taken off.
  statistics_endpoints: [
    `CREATE TABLE public.statistics_endpoints (
  user_id        uuid NOT NULL,
  endpoint_id    uuid NOT NULL UNIQUE,
  application_id uuid NOT NULL,
  chain_ids      integer[] NOT NULL,
  PRIMARY KEY (user_id, endpoint_id)
)`,
  ],
  statistics_chain_sets: [
    `CREATE TABLE public.statistics_chain_sets (
  user_id   uuid NOT NULL,
  scope_id  uuid NOT NULL,
  chain_ids integer[] NOT NULL,
  PRIMARY KEY (user_id, scope_id)
)`,
  ],
  // The snapshot whose rows the rollups hold: transactions below the horizon, but those in flight.
  statistics_state: [
    `CREATE TABLE public.statistics_state (
  only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  horizon     xid8 NOT NULL,
  in_flight   xid8[] NOT NULL,
  folded_at   timestamptz NOT NULL,
  fine_from   timestamptz NOT NULL,
  caught_up   boolean NOT NULL DEFAULT true,
  rebasing    boolean NOT NULL DEFAULT false
) WITH (fillfactor = 10)`,
    `INSERT INTO public.statistics_state (horizon, in_flight, folded_at, fine_from)
SELECT pg_snapshot_xmax(s), ARRAY(SELECT pg_snapshot_xip(s)), now(),
       date_trunc('hour', now(), 'UTC') - INTERVAL '25 hours'
  FROM pg_current_snapshot() s`,
  ],
  // Parts of a user's rollups that are not true until they have been counted anew. Only appended to, so that who changes
  // an endpoint waits for nobody.
  statistics_rebuilds: [
    `CREATE TABLE public.statistics_rebuilds (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id      uuid NOT NULL,
  part         text NOT NULL CHECK (part IN ('all', 'applications', 'chains')),
  reason       text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  done_until   timestamptz
)`,
    'CREATE INDEX statistics_rebuilds_user_id_idx ON public.statistics_rebuilds (user_id)',
  ],
  statistics_audits: [
    `CREATE TABLE public.statistics_audits (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id    uuid NOT NULL,
  day        timestamptz NOT NULL,
  audited_at timestamptz NOT NULL DEFAULT now(),
  rows       integer NOT NULL,
  drifted    integer NOT NULL,
  evidence   jsonb NOT NULL DEFAULT '[]',
  repaired   boolean NOT NULL DEFAULT false
)`,
    'CREATE INDEX statistics_audits_audited_at_idx ON public.statistics_audits (audited_at)',
  ],
  ethhook_admin_shadow_differences: [
    `CREATE TABLE public.ethhook_admin_shadow_differences (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  read       text NOT NULL,
  parameters jsonb NOT NULL,
  live       jsonb,
  original   jsonb,
  seen_at    timestamptz NOT NULL DEFAULT now()
)`,
  ],
};

/**
 * Where an endpoint belongs changes what was counted before: those parts are counted anew. Also where one with the id of a
 * deleted one comes, whose attempts may have yet to be taken off.
 */
const endpointFunction = [
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_place_endpoint() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  chains integer[] := ARRAY(SELECT DISTINCT c FROM unnest(NEW.chain_ids) c WHERE c IS NOT NULL ORDER BY c);
  before public.statistics_endpoints;
BEGIN
  SELECT s.* INTO before FROM public.statistics_endpoints s WHERE s.endpoint_id = NEW.id;
  INSERT INTO public.statistics_endpoints AS s (user_id, endpoint_id, application_id, chain_ids)
  VALUES (NEW.user_id, NEW.id, NEW.application_id, chains)
      ON CONFLICT (endpoint_id) DO UPDATE
     SET user_id = excluded.user_id, application_id = excluded.application_id, chain_ids = excluded.chain_ids;
  IF before.endpoint_id IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.statistics_rebuilds (user_id, part, reason)
  SELECT u.id, p.part, p.reason
    FROM (SELECT before.user_id AS id UNION SELECT NEW.user_id) u
   CROSS JOIN (VALUES
     ('applications', 'an endpoint has moved to another application or owner',
      before.application_id <> NEW.application_id OR before.user_id <> NEW.user_id),
     ('chains', 'the chains of an endpoint have changed',
      before.chain_ids <> chains OR before.user_id <> NEW.user_id)) p (part, reason, holds)
   WHERE p.holds;
  RETURN NULL;
END $$`,
  'REVOKE ALL ON FUNCTION public.ethhook_admin_place_endpoint() FROM PUBLIC',
];
const endpointTrigger = `CREATE OR REPLACE TRIGGER ethhook_admin_place
  AFTER INSERT OR UPDATE OF application_id, chain_ids, user_id ON public.endpoints
  FOR EACH ROW EXECUTE FUNCTION public.ethhook_admin_place_endpoint()`;
const placeEndpoints = `INSERT INTO public.statistics_endpoints (user_id, endpoint_id, application_id, chain_ids)
SELECT p.user_id, p.id, p.application_id, ARRAY(SELECT DISTINCT c FROM unnest(p.chain_ids) c WHERE c IS NOT NULL ORDER BY c)
  FROM public.endpoints p
    ON CONFLICT (endpoint_id) DO NOTHING`;

/** TRUNCATE fires no row triggers: what the rollups hold is gone at once. */
const truncateFunction = [
  `CREATE OR REPLACE FUNCTION public.ethhook_admin_truncate_attempts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  DELETE FROM public.superseded_attempts;
  INSERT INTO public.statistics_rebuilds (user_id, part, reason)
  SELECT t.user_id, 'all', 'the attempts were truncated'
    FROM (SELECT user_id FROM public.statistics_totals UNION SELECT id FROM public.users) t;
  RETURN NULL;
END $$`,
  'REVOKE ALL ON FUNCTION public.ethhook_admin_truncate_attempts() FROM PUBLIC',
];
const truncateTrigger = `CREATE OR REPLACE TRIGGER ethhook_admin_truncate AFTER TRUNCATE ON public.delivery_attempts
  FOR EACH STATEMENT EXECUTE FUNCTION public.ethhook_admin_truncate_attempts()`;

const requestBuild = `INSERT INTO public.statistics_rebuilds (user_id, part, reason)
SELECT u.id, 'all', 'first build' FROM public.users u
 WHERE NOT EXISTS (SELECT FROM public.statistics_rebuilds r WHERE r.user_id = u.id)
   AND NOT EXISTS (SELECT FROM public.statistics_totals t WHERE t.user_id = u.id)
   AND EXISTS (SELECT FROM public.delivery_attempts a WHERE a.user_id = u.id)`;

/**
 * The rollups and what keeps them. Nothing is counted here: the server builds them beside its other work, user by user,
 * and answers from the original tables until a user's are there.
 */
export class CreateStatisticsRollups1764310000000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, statements] of Object.entries(tables)) {
      const [found] = (await queryRunner.query(
        `SELECT to_regclass('public.${name}') IS NOT NULL AS "found"`,
      )) as {
        found: boolean;
      }[];
      if (found?.found) continue;
      const owner = await handOver(queryRunner, ['TABLE', `public.${name}`]);
      await briefly(queryRunner, ...statements, ...owner);
    }
    const ownPlace = await handOver(queryRunner, ['FUNCTION', 'public.ethhook_admin_place_endpoint()']);
    await briefly(queryRunner, ...endpointFunction, ...ownPlace, endpointTrigger);
    await queryRunner.query(placeEndpoints);
    const ownTruncate = await handOver(queryRunner, ['FUNCTION', 'public.ethhook_admin_truncate_attempts()']);
    await briefly(queryRunner, ...truncateFunction, ...ownTruncate, truncateTrigger);
    await queryRunner.query(requestBuild);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_truncate ON public.delivery_attempts',
      'DROP FUNCTION IF EXISTS public.ethhook_admin_truncate_attempts()',
    );
    await briefly(
      queryRunner,
      'DROP TRIGGER IF EXISTS ethhook_admin_place ON public.endpoints',
      'DROP FUNCTION IF EXISTS public.ethhook_admin_place_endpoint()',
    );
    for (const name of Object.keys(tables).reverse())
      await briefly(queryRunner, `DROP TABLE IF EXISTS public.${name}`);
  }
}
