import { z } from 'zod';
import { noParameters, type Job } from '../../src/kernel/tasks/job.js';
import { Jobs } from '../../src/kernel/tasks/jobs.js';
import { auditRows } from '../support/audit-rows.js';
import { testJob } from '../support/test-jobs.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/live-clients.js';

const base = '/admin/maintenance';
let database: TestDatabase;
let app: TestApp;
let admin: string;

const get = (path: string) => app.get(base + path, admin);
const post = (path: string, body?: unknown) => app.call('POST', base + path, admin, body);

interface Run {
  state: string;
  [field: string]: unknown;
}
const runOf = async (id: string) => (await get(`/runs/${id}`)).body as Run;

async function ended(id: string): Promise<Run> {
  let run = await runOf(id);
  for (const deadline = Date.now() + 20_000; ['queued', 'running'].includes(run.state);) {
    if (Date.now() > deadline) throw new Error(`run ${id} does not end: ${JSON.stringify(run)}`);
    run = await runOf(id);
  }
  return run;
}
