import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/demo/random.js';
import { becomes } from '../support/leader-tasks.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(150_000);

const seed = Number(process.env.KILL_SEED ?? randomInt(2 ** 32));
const SLOTS = 200;
const JOBS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
/** Past the lease, which is 2 s in these processes. */
const FREEZE_MS = [3000, 4500] as const;

interface Instance {
  role: string;
  process: ServerProcess;
}

let database: TestDatabase;
// One each, and no superuser: none can end what another has left behind, so a frozen one finds its session as it was.
const roles = ['a', 'b', 'c'].map((name) => `jobs_${name}_${process.pid}`);
let instances: Instance[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(
    `CREATE TABLE acts (kind text, job text, slot timestamptz, fence bigint, instance text, pid int, at timestamptz DEFAULT clock_timestamp())`,
  );
  for (const role of roles) {
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await database.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  }
});
afterAll(async () => {
  for (const { process } of instances) process.child.kill('SIGKILL');
  await Promise.all(instances.map(({ process }) => process.ended()));
  for (const role of roles) {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  }
  await database.drop();
});

async function start(role: string): Promise<Instance> {
  const url = new URL(database.url);
  url.username = role;
  url.password = 'x';
  const command = ['node', 'test/support/job-process.mjs', ...JOBS];
  const process = startServerProcess({ DATABASE_URL: url.href }, command);
  await process.prints(/runs jobs/);
  return { role, process };
}

const endedSlots = async () =>
  Number(
    (await database.query(`SELECT count(*) AS n FROM ethhook_admin_job_runs WHERE state = 'succeeded'`))[0]?.[
      'n'
    ],
  );

/** Until so many slots were run: every second or so one of the instances is killed, or stands still for a while. */
async function hurt(random: Random): Promise<{ kills: number; freezes: number }> {
  const done = { kills: 0, freezes: 0 };
  const frozen = new Map<number, Promise<void>>();
  while ((await endedSlots()) < SLOTS) {
    await sleep(random.integer(300, 1000));
    const index = random.integer(0, instances.length - 1);
    const victim = instances[index];
    if (victim === undefined || frozen.has(index)) continue;
    if (random.chance(0.2)) {
      victim.process.child.kill('SIGKILL');
      await victim.process.ended();
      instances[index] = await start(victim.role);
      done.kills++;
    } else if (frozen.size === 0) {
      const thawed = freeze(victim, random.integer(...FREEZE_MS)).finally(() => frozen.delete(index));
      frozen.set(index, thawed);
      done.freezes++;
    }
  }
  await Promise.all(frozen.values());
  return done;
}

async function freeze({ process }: Instance, ms: number): Promise<void> {
  process.child.kill('SIGSTOP');
  await sleep(ms);
  process.child.kill('SIGCONT');
}

// 200 slots come in 34 s; the rest is for what was left behind to end.
it(`each slot runs once while instances are killed and frozen (KILL_SEED=${seed} hurts the same ones)`, async () => {
  instances = await Promise.all(roles.map(start));
  const { kills, freezes } = await hurt(new Random(`job slots/${seed}`).seek(0, 0));
  const [until] = await database.query<{ slot: string }>(`SELECT date_trunc('second', now())::text AS slot`);
  const upTo = `scheduled_for <= '${until?.slot}'`;
  await becomes(
    'the slots until now have ended',
    async () =>
      (
        await database.query(
          `SELECT FROM ethhook_admin_job_runs WHERE ${upTo} AND state IN ('queued', 'running') LIMIT 1`,
        )
      ).length === 0,
    30_000,
  );
  expect(kills + freezes).toBeGreaterThan(5);

  const [slots] = await database.query(
    `SELECT count(*)::int AS slots, count(*) FILTER (WHERE state <> 'succeeded')::int AS "notRun",
            count(*) FILTER (WHERE attempt > 1)::int > 0 AS "someWereTakenOver"
       FROM ethhook_admin_job_runs WHERE ${upTo}`,
  );
  expect(slots).toMatchObject({ notRun: 0, someWereTakenOver: true });
  expect(slots?.['slots']).toBeGreaterThanOrEqual(SLOTS);
  // No slot is missing between the first and the last.
  expect(
    await database.query(
      `SELECT job, count(*)::int AS slots, (extract(epoch FROM max(scheduled_for) - min(scheduled_for)) + 1)::int AS seconds
         FROM ethhook_admin_job_runs WHERE ${upTo} GROUP BY job
       HAVING count(*) <> extract(epoch FROM max(scheduled_for) - min(scheduled_for)) + 1`,
    ),
  ).toEqual([]);
  // Each has one effect, of the attempt and the instance that the ledger names: what a thawed one began is not there.
  expect(
    await database.query(
      `SELECT r.job, r.scheduled_for, r.fence, r.instance, count(a.job)::int AS effects, array_agg(a.fence) AS fences
         FROM ethhook_admin_job_runs r
         LEFT JOIN acts a ON a.kind = 'effect' AND a.job = r.job AND a.slot = r.scheduled_for
        WHERE ${upTo} GROUP BY r.id
       HAVING count(a.job) <> 1 OR min(a.fence) <> r.fence OR r.instance NOT LIKE '%:' || min(a.pid)`,
    ),
  ).toEqual([]);
  // Nobody did anything in a run that was another's by then.
  expect(await database.query(`SELECT * FROM acts WHERE instance NOT LIKE '%:' || pid`)).toEqual([]);
  // Steps may be taken again by a later attempt, and never by two at a time, nor by an earlier one after a later one.
  expect(
    await database.query(
      `SELECT s.job, s.slot, s.fence, s.pid
         FROM acts s JOIN acts later ON later.kind = 'step' AND later.job = s.job AND later.slot = s.slot
        WHERE s.kind = 'step' AND (later.fence = s.fence AND later.pid <> s.pid OR later.fence > s.fence AND later.at < s.at)`,
    ),
  ).toEqual([]);
});
