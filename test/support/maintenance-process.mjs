// One instance with all maintenance jobs on DATABASE_URL, which runs the job of its first argument with the parameters of its
// second. Runs the compiled code. Its lease is short, so that a test need not wait for long.
import { Test } from '@nestjs/testing';
import { loadConfig } from '../../dist/src/kernel/config/config.js';
import { ConfigModule } from '../../dist/src/kernel/config/config.module.js';
import { DatabaseModule } from '../../dist/src/kernel/database/database.module.js';
import { Jobs } from '../../dist/src/kernel/tasks/jobs.js';
import { defaultTimings, RUNNER_TIMINGS } from '../../dist/src/kernel/tasks/runner-timings.js';
import { TasksModule } from '../../dist/src/kernel/tasks/tasks.module.js';
import { TelemetryModule } from '../../dist/src/kernel/telemetry/telemetry.module.js';
import { MaintenanceModule } from '../../dist/src/modules/maintenance/index.js';

const [job = '', parameters = '{}'] = process.argv.slice(2);
const config = loadConfig({
  ...process.env,
  JWT_SECRET: 'x'.repeat(32),
  DATABASE_POOL_MIN: '1',
  DATABASE_POOL_MAX: '4',
});
const app = await Test.createTestingModule({
  imports: [ConfigModule.with(config), TelemetryModule, DatabaseModule, TasksModule, MaintenanceModule],
})
  .overrideProvider(RUNNER_TIMINGS)
  .useValue({ ...defaultTimings, leaseMs: 1000, beatMs: 200, pollMs: 100 })
  .compile();
await app.init();
const { runId } = await app.get(Jobs).runNow(job, {
  ...{ parameters: JSON.parse(parameters), dryRun: false, force: true, askedBy: 'cli' },
});
process.stdout.write(`run ${runId}\n`);
