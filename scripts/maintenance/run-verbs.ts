import { optionalText } from '../../src/demo/flags.js';
import { askFlags, askUsage, jsonObject, limit, oneOf } from './flags.js';
import { jobsTable } from './job-lines.js';
import { done } from './outcome.js';
import { runLines, runsTable } from './run-lines.js';
import { verb, type Verb } from './verb.js';
import { runStates } from '../../src/modules/maintenance/index.js';

const runsFlags = { job: optionalText(1), outcome: oneOf(runStates), limit };

/** Jobs and runs. */
export const runVerbs: Readonly<Record<string, Verb>> = {
  jobs: verb({
    usage: 'jobs [JOB]',
    help: 'every job with its schedule and its last run, or one with its parameters',
    positionals: [0, 1],
    flags: {},
    act: async ({ jobs }, [name]) => {
      if (name === undefined) {
        const list = await jobs.list();
        return done(list, jobsTable(list.jobs));
      }
      const job = await jobs.find(name);
      return done(job, [...jobsTable([job]), `parameters: ${JSON.stringify(job.parameters)}`]);
    },
  }),
  run: verb({
    usage: `run JOB [--parameters JSON] ${askUsage}`,
    help: 'asks for a run and waits for its end; --detach does not wait',
    positionals: [1, 1],
    flags: { ...askFlags, parameters: jsonObject },
    act: (desk, [job = ''], { parameters, ...flags }) => desk.ask(job, parameters, flags),
  }),
  'dry-run': verb({
    usage: 'dry-run JOB [--parameters JSON]',
    help: 'lists what a run would do now; changes nothing',
    positionals: [1, 1],
    flags: { parameters: jsonObject },
    act: (desk, [job = ''], { parameters }) => desk.ask(job, parameters, { 'dry-run': true }),
  }),
  pause: verb({
    usage: 'pause [JOB] [--reason TEXT]',
    help: 'lets no run of the job begin; without a job, of none',
    positionals: [0, 1],
    flags: { reason: optionalText(1) },
    act: async ({ jobs, operations, author }, [job = null], { reason }) => {
      await operations.pause(author, job, reason);
      const list = await jobs.list();
      return done(list, jobsTable(list.jobs));
    },
  }),
  resume: verb({
    usage: 'resume [JOB]',
    help: 'lets runs begin again',
    positionals: [0, 1],
    flags: {},
    act: async ({ jobs, operations, author }, [job = null]) => {
      await operations.resume(author, job);
      const list = await jobs.list();
      return done(list, jobsTable(list.jobs));
    },
  }),
  runs: verb({
    usage: 'runs [--job JOB] [--outcome STATE] [--limit N]',
    help: 'the latest runs; a state is queued, running, succeeded, failed, cancelled, skipped or abandoned',
    flags: runsFlags,
    act: async ({ runs }, _, { job, outcome, limit }) => {
      const list = await runs.list({ job, outcome, limit });
      return done(list, runsTable(list.runs));
    },
  }),
  show: verb({
    usage: 'show RUN',
    help: 'all that is known of a run',
    positionals: [1, 1],
    flags: {},
    act: async ({ runs }, [id = '']) => {
      const run = await runs.find(id);
      return done(run, runLines(run));
    },
  }),
  cancel: verb({
    usage: 'cancel RUN',
    help: 'ends a run at its next safe point',
    positionals: [1, 1],
    flags: {},
    act: async ({ operations, author }, [id = '']) => {
      const run = await operations.cancel(author, id);
      return done(run, runLines(run));
    },
  }),
  watch: verb({
    usage: 'watch RUN',
    help: 'waits for the end of a run, and tells how far it is',
    positionals: [1, 1],
    flags: {},
    act: (desk, [id = '']) => desk.watch(id),
  }),
};
