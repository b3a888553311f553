import type { QueryRunner } from 'typeorm';
import { LEDGER_TABLE, readLedger, type Row } from './ledger.js';
import { MigrationError } from './session.js';
import { contextOf } from './settings.js';

const OLDEST_SUPPORTED = 14;
const NEWEST_TESTED = 18;

/** Every reason not to begin, before anything is changed. Throws MigrationError of kind refused, with what to do. */
export async function refuseUnfit(runner: QueryRunner): Promise<void> {
  await refuseServer(runner);
  await refuseNewerSchema(runner);
  await refuseMissingRights(runner);
  await refusePartitionedReferences(runner);
}

const refused = (message: string) => new MigrationError(message, { kind: 'refused' });

async function refuseServer(runner: QueryRunner): Promise<void> {
  const [server] = (await runner.query(
    `SELECT current_setting('server_version_num')::int / 10000 AS "major", pg_is_in_recovery() AS "isStandby"`,
  )) as { major: number; isStandby: boolean }[];
  const major = server?.major ?? 0;
  if (major < OLDEST_SUPPORTED)
    throw refused(`PostgreSQL ${major} is not supported; ${OLDEST_SUPPORTED} to ${NEWEST_TESTED} are`);
  if (major > NEWEST_TESTED && !contextOf(runner).settings.allowUntestedPostgres)
    throw refused(
      `these migrations were never run on PostgreSQL ${major}, only on ${OLDEST_SUPPORTED} to ${NEWEST_TESTED}: ` +
        'try them on a copy, then pass --allow-untested-postgres',
    );
  if (server?.isStandby)
    throw refused('this server is a standby, which cannot be written to: give the primary in DATABASE_URL');
}

async function refuseNewerSchema(runner: QueryRunner): Promise<void> {
  const known = runner.dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const executed = await readLedger((text) => runner.query(text) as Promise<Row[]>);
  const unknown = executed.filter(({ name }) => !known.includes(name)).map(({ name }) => name);
  if (unknown.length > 0)
    throw refused(
      `the schema is newer than this program, which does not know ${unknown.join(', ')}: ` +
        'run the migrations of the version that made it',
    );
}

interface MissingRight {
  what: string;
  grant: string;
}

// ALTER TABLE and CREATE INDEX are the owner's, or of roles that inherit the owner's rights. Tables that refer to ours have
// their foreign keys moved to the new keys.
const missingRightsSql = `
  SELECT format('%s is owned by %s', string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text), r.rolname) AS "what",
         format('GRANT %I TO %I', r.rolname, current_user) AS "grant"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_roles r ON r.oid = c.relowner
   WHERE c.relkind IN ('r', 'p') AND NOT pg_has_role(current_user, r.oid, 'USAGE')
     AND (EXISTS (SELECT FROM pg_constraint k
                   WHERE k.conrelid = c.oid AND k.contype = 'f'
                     AND k.confrelid IN (to_regclass('public.applications'), to_regclass('public.endpoints'),
                                         to_regclass('public.delivery_attempts')))
          OR n.nspname = 'public' AND (c.relname LIKE 'ethhook\\_admin\\_%' OR c.relname IN
          ('users', 'applications', 'endpoints', 'events', 'delivery_attempts', 'usage_records', 'audit_logs',
           'subscription_limits', '${LEDGER_TABLE}', 'user_daily_stats')))
   GROUP BY r.rolname
  UNION ALL
  SELECT format('%s may create nothing in the schema public', r.rolname),
         format('GRANT CREATE ON SCHEMA public TO %I', r.rolname)
    FROM pg_roles r
   WHERE (r.rolname = current_user
          OR r.oid = (SELECT c.relowner FROM pg_class c WHERE c.oid = to_regclass('public.delivery_attempts')))
     AND NOT has_schema_privilege(r.oid, 'public', 'CREATE')`;

async function refuseMissingRights(runner: QueryRunner): Promise<void> {
  const missing = (await runner.query(missingRightsSql)) as MissingRight[];
  if (missing.length === 0) return;
  throw refused(
    `this role lacks rights; nothing was changed:\n` +
      missing.map(({ what, grant }) => `  - ${what}: ${grant};`).join('\n'),
  );
}

// Before 18 a foreign key of a partitioned table cannot be NOT VALID, so it cannot be moved without a long lock.
const partitionedReferencesSql = `
  SELECT c.oid::regclass::text AS "table", quote_ident(k.conname) AS "name"
    FROM pg_constraint k
    JOIN pg_class c ON c.oid = k.conrelid AND c.relkind = 'p'
    JOIN pg_constraint own ON own.conindid = k.conindid AND own.conrelid = k.confrelid AND own.contype = 'p'
   WHERE k.contype = 'f' AND k.conparentid = 0 AND cardinality(k.confkey) = 1
     AND k.confrelid IN (to_regclass('public.applications'), to_regclass('public.endpoints'),
                         to_regclass('public.delivery_attempts'))
     AND current_setting('server_version_num')::int < 180000
   ORDER BY 1, 2`;

async function refusePartitionedReferences(runner: QueryRunner): Promise<void> {
  const found = (await runner.query(partitionedReferencesSql)) as { table: string; name: string }[];
  if (found.length > 0)
    throw refused(
      'foreign keys of partitioned tables stand on keys that are to be replaced, which this version of PostgreSQL cannot ' +
        'do beside readers and writers; drop them, run, and add them again:\n' +
        found.map(({ table, name }) => `  - ALTER TABLE ${table} DROP CONSTRAINT ${name};`).join('\n'),
    );
}
