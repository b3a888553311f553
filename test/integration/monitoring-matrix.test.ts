import { Logger } from '@nestjs/common';
import { seedDemoData } from '../../src/demo/seed.js';
import { BloatService, IndexEvidenceService } from '../../src/modules/maintenance/index.js';
import { IndexEvidenceReadModel } from '../../src/modules/maintenance/indexes/index-evidence.read-model.js';
import { ReplicasReads } from '../../src/modules/monitoring/activity/replicas.reads.js';
import { allChecks } from '../../src/modules/monitoring/index.js';
import { Evaluator } from '../../src/modules/monitoring/checks/evaluator.js';
import { openDatabase } from '../support/own-database.js';
import { createServerRole } from '../support/server-roles.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

/** `check object`: what is truly so on the tests' server, for every role. */
const legitimate: readonly string[] = [
  // It runs without them, to be quick.
  'configuration fsync',
  'configuration full_page_writes',
];

/** `check` to what its limits must say: of every role on a server that has just begun to count, and that hides its disk. */
const limitsOfAll: Readonly<Record<string, RegExp>> = {
  'disk-full': /^the free disk is not known/,
  'index-unused': /prove nothing before 168 h/,
};

const sessionsHidden = /GRANT pg_monitor TO \w+_plain/;
const statementsHidden = /GRANT pg_read_all_stats TO "\w+_plain"/;

/** Of who is not shown what others do. */
const limitsOfPlain: Readonly<Record<string, RegExp>> = {
  ...limitsOfAll,
  'blocked-sessions': sessionsHidden,
  configuration: sessionsHidden,
  'idle-in-transaction': sessionsHidden,
  'long-transaction': sessionsHidden,
  'pending-restart': sessionsHidden,
  'plan-change': statementsHidden,
  'regressed-statement': statementsHidden,
  'slow-statement': statementsHidden,
  'statements-evicted': statementsHidden,
  'xmin-held': sessionsHidden,
};

let database: TestDatabase;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await seedDemoData(database.url, {
    ...{ events: 3000, users: 6, days: 3, seed: 7, until: new Date() },
    ...{ emailDomain: 'matrix.example.com', password: 'a-password' },
  });
  await database.query('ANALYZE');
});

afterAll(() => database.drop());

/** Has every check look, as the engine does. */
async function evaluate(url: string) {
  const own = openDatabase(url, {
    ...{ DATABASE_POOL_MAX: '10' },
    ...{ MAINTENANCE_DATABASE_RAM_BYTES: String(8 * 2 ** 30), MAINTENANCE_DATABASE_CPUS: '4' },
  });
  const { config, sessions } = own;
  const checks = allChecks({
    config,
    database: own.database,
    bloat: new BloatService(own.database),
    evidence: new IndexEvidenceService(new IndexEvidenceReadModel(own.database, sessions, config)),
    replicas: new ReplicasReads(sessions, []),
  });
  await database.query('TRUNCATE ethhook_admin_checks, ethhook_admin_findings CASCADE');
  const session = await sessions.connect('matrix');
  try {
    const evaluator = new Evaluator(null);
    for (const check of checks) await evaluator.evaluate(check, session);
  } finally {
    await session.close();
    await own.close();
  }
  const looks = await database.query<{ name: string; limits: string[]; error: string | null }>(
    'SELECT name, limits, error FROM ethhook_admin_checks ORDER BY name',
  );
  const findings = await database.query<{ finding: string }>(
    `SELECT check_name || ' ' || object AS finding FROM ethhook_admin_findings ORDER BY 1`,
  );
  return {
    names: checks.map(({ name }) => name),
    looks,
    invented: findings.map(({ finding }) => finding).filter((finding) => !legitimate.includes(finding)),
  };
}

it.each([
  ['superuser', limitsOfAll],
  ['monitor', limitsOfAll],
  ['plain', limitsOfPlain],
] as const)(
  'every check looks at a healthy database as a %s role, and invents nothing',
  async (role, expected) => {
    const { names, looks, invented } = await evaluate(await createServerRole(database, role));
    expect(looks.map(({ name }) => name)).toEqual([...names].sort());
    expect(looks.filter(({ error }) => error !== null)).toEqual([]);
    expect(invented).toEqual([]);
    const limited = Object.fromEntries(
      looks.filter(({ limits }) => limits.length > 0).map(({ name, limits }) => [name, limits]),
    );
    expect(Object.keys(limited)).toEqual(Object.keys(expected).sort());
    for (const [name, pattern] of Object.entries(expected))
      expect(limited[name]?.join('\n')).toMatch(pattern);
  },
);
