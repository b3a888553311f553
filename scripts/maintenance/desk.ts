import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { pendingMigrations } from '../../src/data-source.js';
import type { Author } from '../../src/kernel/audit/audit-log.repository.js';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { passStartGate } from '../../src/kernel/database/start-gate.js';
import { JobRunner } from '../../src/kernel/tasks/job-runner.js';
import { createLogger, NestLogger } from '../../src/kernel/telemetry/logger.js';
import {
  JobsService,
  Operations,
  RunsService,
  type RunDetailsDto,
} from '../../src/modules/maintenance/index.js';
import { CommandModule } from './command.module.js';
import { done, exitCodes, type Outcome } from './outcome.js';
import { progressLine, runLines } from './run-lines.js';

export interface AskFlags {
  'dry-run'?: boolean;
  force?: boolean;
  reason?: string | undefined;
  detach?: boolean;
}

/** What the verbs work with: the maintenance of one database, from this process. */
export class Desk {
  readonly author: Author;
  readonly jobs: JobsService;
  readonly runs: RunsService;
  readonly operations: Operations;

  constructor(
    private readonly context: INestApplicationContext,
    /** Where it is told how far a run is; null: nothing is under way any more. */
    private readonly progress: (line: string | null) => void,
    private readonly interrupted: AbortSignal,
  ) {
    this.author = { userId: null, client: { ip: null, userAgent: null }, cli: userInfo().username };
    this.jobs = context.get(JobsService);
    this.runs = context.get(RunsService);
    this.operations = context.get(Operations);
  }

  /** Asks for a run, and waits for its end unless it is to be detached. */
  async ask(job: string, parameters: Record<string, unknown>, flags: AskFlags): Promise<Outcome> {
    const { 'dry-run': dry_run = false, force = false, reason, detach = false } = flags;
    const accepted = await this.operations.ask(this.author, job, { dry_run, force, reason, parameters });
    if (detach) return done(accepted, [`run ${accepted.run_id} of ${job} is in the queue`]);
    return this.runToEnd(accepted.run_id);
  }

  /** Here, unless a server is quicker. An interruption cancels the run. */
  private async runToEnd(runId: string): Promise<Outcome> {
    this.context.get(JobRunner).runHere(runId);
    const cancel = () => void this.operations.cancel(this.author, runId).catch(() => undefined);
    this.interrupted.addEventListener('abort', cancel, { once: true });
    return outcomeOf(await this.follow(runId, new AbortController().signal));
  }

  private async follow(runId: string, signal: AbortSignal): Promise<RunDetailsDto> {
    for await (const run of this.runs.watch(runId, signal)) this.progress(lineOf(run));
    this.progress(null);
    return this.runs.find(runId);
  }

  /** Until the run's end; an interruption ends the watch, not the run. */
  async watch(runId: string): Promise<Outcome> {
    const run = await this.follow(runId, this.interrupted);
    return outcomeOf(run);
  }

  /** A service of a part. */
  get<Service>(type: Type<Service>): Service {
    return this.context.get(type);
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

const lineOf = (run: RunDetailsDto) =>
  [`run ${run.id}: ${run.state}`, progressLine(run)].filter(Boolean).join(', ');

const endCodes: Readonly<Partial<Record<RunDetailsDto['state'], number>>> = {
  succeeded: exitCodes.done,
  skipped: exitCodes.refused,
  cancelled: exitCodes.interrupted,
  // Its end was not waited for.
  queued: exitCodes.interrupted,
  running: exitCodes.interrupted,
};

const outcomeOf = (run: RunDetailsDto): Outcome => ({
  json: run,
  lines: runLines(run),
  exitCode: endCodes[run.state] ?? exitCodes.failed,
});

/** Throws StartRefusedError where there is no database, or one with a schema that is not of this version. */
export async function openDesk(
  databaseUrl: string,
  progress: (line: string | null) => void,
  interrupted: AbortSignal,
): Promise<Desk> {
  const config = configOf(databaseUrl);
  await passStartGate(config, pendingMigrations, interrupted);
  // A run's failure is told once, by what the run says.
  const log = createLogger({ level: 'fatal', format: 'json' }, process.stderr);
  const context = await NestFactory.createApplicationContext(CommandModule.with(config), {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  return new Desk(context, progress, interrupted);
}

/** The server's configuration, as far as it concerns maintenance; nothing runs by schedule. */
const configOf = (databaseUrl: string) =>
  loadConfig({
    DATABASE_START_TIMEOUT_SECONDS: '0',
    ...process.env,
    DATABASE_URL: databaseUrl,
    // Nobody is logged in.
    JWT_SECRET: randomBytes(32).toString('hex'),
    DATABASE_POOL_MIN: '0',
    DATABASE_POOL_MAX: '4',
    MAINTENANCE_ENABLED: 'false',
  }) as AppConfig;
