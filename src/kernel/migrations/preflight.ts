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

// ALTER TABLE and CREATE INDEX are the owner's, or of roles that inherit the owner's rights.
const missingRightsSql = `
  SELECT format('%s is owned by %s', string_agg(c.relname, ', ' ORDER BY c.relname), r.rolname) AS "what",
         format('GRANT %I TO %I', r.rolname, current_user) AS "grant"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_roles r ON r.oid = c.relowner
   WHERE c.relkind IN ('r', 'p') AND NOT pg_has_role(current_user, r.oid, 'USAGE')
     AND (c.relname LIKE 'ethhook\\_admin\\_%' OR c.relname IN
          ('users', 'applications', 'endpoints', 'events', 'delivery_attempts', 'usage_records', 'audit_logs',
           'subscription_limits', '${LEDGER_TABLE}', 'user_daily_stats'))
   GROUP BY r.rolname
  UNION ALL
  SELECT 'the schema public takes no new tables and functions', format('GRANT CREATE ON SCHEMA public TO %I', current_user)
   WHERE NOT has_schema_privilege('public', 'CREATE')`;

async function refuseMissingRights(runner: QueryRunner): Promise<void> {
  const missing = (await runner.query(missingRightsSql)) as MissingRight[];
  if (missing.length === 0) return;
  throw refused(
    `this role lacks rights; nothing was changed:\n` +
      missing.map(({ what, grant }) => `  - ${what}: ${grant};`).join('\n'),
  );
}
