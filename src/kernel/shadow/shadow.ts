import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import type { QueryRunner } from '../database/database.js';
import { DedicatedSessions, type DedicatedSession } from '../database/dedicated-session.js';
import { DomainError } from '../errors/domain-error.js';
import type { Trust } from '../http/trust.js';
import { Metrics, type Counter } from '../telemetry/metrics.js';
import { differencesOf, type Difference, type FieldRules } from './compare.js';
import { ShadowRepository } from './shadow.repository.js';

const MAX_LOGGED = 5;
const MAX_LOGGED_CHARACTERS = 200;

interface Answer<T> {
  readonly value: T;
  readonly trust: Trust;
}

/** One read in its two forms, each run on the runner that it is given. */
export interface ShadowedRead<T> {
  /** `<module>.<read>`: a label of metrics. */
  readonly name: string;
  readonly parameters: readonly unknown[];
  readonly live: (runner: QueryRunner) => Promise<Answer<T>>;
  readonly original: (runner: QueryRunner) => Promise<Answer<T>>;
  readonly rules?: FieldRules;
}

/**
 * Compares live reads with the original SQL for a share of the calls, in the background: both again, in one snapshot,
 * one comparison at a time in this process; what is asked for meanwhile is not compared. Never throws.
 */
@Injectable()
export class Shadow implements OnModuleDestroy {
  private readonly logger = new Logger(Shadow.name);
  private readonly compared: Counter<'read'>;
  private readonly different: Counter<'read'>;
  private running: Promise<void> | null = null;
  private session: DedicatedSession | null = null;
  private isStopping = false;

  constructor(
    private readonly sessions: DedicatedSessions,
    private readonly repository: ShadowRepository,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    metrics: Metrics,
  ) {
    const labels = ['read'] as const;
    this.compared = metrics.counter({
      name: 'ethhook_shadow_compared_total',
      help: 'Live reads that were compared with the original SQL.',
      labels,
    });
    this.different = metrics.counter({
      name: 'ethhook_shadow_differences_total',
      help: 'Those that differed.',
      labels,
    });
  }

  /** Returns at once. */
  sample<T>(read: ShadowedRead<T>): void {
    if (this.running !== null || this.isStopping) return;
    if (Math.random() * 100 >= this.config.statistics.shadowPercent) return;
    this.running = this.compare(read)
      .catch((err: unknown) => {
        if (!this.isStopping) this.logger.warn(`${read.name} could not be compared: ${reasonOf(err)}`);
      })
      .finally(() => (this.running = null));
  }

  /** The original SQL may take minutes: it is cut off. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    this.session?.destroy();
    await this.running;
  }

  private async compare<T>(read: ShadowedRead<T>): Promise<void> {
    const [live, original] = await this.readBoth(read);
    // Of the last fold: not of this moment, and it said so. Or the original lacks what retention has removed.
    if (live.trust.source !== 'live' || !original.trust.exact) return;
    this.compared.increment({ read: read.name });
    const differences = differencesOf(live.value, original.value, read.rules);
    if (differences.length === 0) return;
    this.different.increment({ read: read.name });
    this.tell(read, differences);
    await this.repository.record(read.name, read.parameters, live.value, original.value);
  }

  // A session of its own: it takes no connection from requests, and can be cut off.
  private async readBoth<T>({ live, original }: ShadowedRead<T>): Promise<[Answer<T>, Answer<T>]> {
    const session = await this.sessions.connect('shadow');
    this.session = session;
    try {
      if (this.isStopping) throw new Error('the server is shutting down');
      return await session.transaction({ snapshot: true, readOnly: true }, async (tx) => [
        await live(tx),
        await original(tx),
      ]);
    } finally {
      this.session = null;
      await session.close();
    }
  }

  private tell({ name, parameters }: ShadowedRead<unknown>, differences: readonly Difference[]): void {
    const told = differences.slice(0, MAX_LOGGED).map(({ path, live, original }) => ({
      path,
      live: shortened(live),
      original: shortened(original),
    }));
    this.logger.error(
      `${name} differs from the original SQL: ${JSON.stringify({ parameters: shortened(parameters), differences: told })}`,
    );
  }
}

/** What the driver said: the DomainError around it tells less. */
const reasonOf = (error: unknown) => {
  const cause = error instanceof DomainError ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
};

const shortened = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, MAX_LOGGED_CHARACTERS);
