// One instance of the job runner on DATABASE_URL, with the jobs named by its arguments: each is due every second, and takes a
// step and then, with its success in the same transaction, an effect; both note whose run it is by the ledger, and who they are. Runs the
// compiled code. Leases are short, so that a test need not wait for long.
import { setTimeout as sleep } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { loadConfig } from '../../dist/src/kernel/config/config.js';
import { ConfigModule } from '../../dist/src/kernel/config/config.module.js';
import { DatabaseModule } from '../../dist/src/kernel/database/database.module.js';
import { sql } from '../../dist/src/kernel/database/sql.js';
import { Jobs } from '../../dist/src/kernel/tasks/jobs.js';
import { RUNNER_TIMINGS } from '../../dist/src/kernel/tasks/runner-timings.js';
import { TasksModule } from '../../dist/src/kernel/tasks/tasks.module.js';
import { TelemetryModule } from '../../dist/src/kernel/telemetry/telemetry.module.js';

const timings = {
  leaseMs: 2000,
  beatMs: 300,
  pollMs: 200,
  sweepMs: 1000,
  lateMs: 120_000,
  retryMs: 100,
  cancelMs: 500,
};

const act = (table, job) => sql(`test.act-${table}`)`
  INSERT INTO acts (kind, job, slot, fence, instance, pid)
  SELECT ${table}, r.job, r.scheduled_for, r.fence, r.instance, ${process.pid}
    FROM ethhook_admin_job_runs r WHERE r.job = ${job} AND r.state = 'running'`;
const think = (ms) => sleep(Math.random() * ms);

const jobOf = (name) => ({
  name,
  description: 'Of the tests.',
  schedule: '* * * * * *',
  missed: 'catch-up',
  weight: 'light',
  timeoutMs: 60_000,
  retries: 1000,
  parameters: z.strictObject({}),
  plan: async () => [],
  run: async (context) => {
    await context.transaction({}, async (tx) => {
      await think(80);
      await tx.query(act('step', name));
    });
    // Here no transaction is open, and so the run may be taken over.
    await think(800);
    return context.finish(async (tx) => {
      await tx.query(act('effect', name));
      await think(80);
      return { rows: 1, steps: [], summary: 'done' };
    });
  },
});

const config = loadConfig({
  ...process.env,
  JWT_SECRET: 'x'.repeat(32),
  DATABASE_POOL_MIN: '1',
  DATABASE_POOL_MAX: '4',
});
const app = await Test.createTestingModule({
  imports: [ConfigModule.with(config), TelemetryModule, DatabaseModule, TasksModule],
})
  .overrideProvider(RUNNER_TIMINGS)
  .useValue(timings)
  .compile();
for (const name of process.argv.slice(2)) app.get(Jobs).register(jobOf(name));
await app.init();
process.stdout.write('runs jobs\n');
