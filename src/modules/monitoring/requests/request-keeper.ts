import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { TaskErrors } from '../../../kernel/tasks/task-errors.js';
import { Metrics, type Counter } from '../../../kernel/telemetry/metrics.js';
import { RequestRecorder } from '../../../kernel/telemetry/requests/request-recorder.js';
import { RequestFiguresRepository } from './request-figures.repository.js';

const EVERY_MS = 60_000;
/** A stop waits for the last figures so long at most. */
const STOP_TIMEOUT_MS = 3000;

/** Keeps what this process has recorded, once a minute and at its stop. What cannot be kept now stays for the next time. */
@Injectable()
export class RequestKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  /** Of this life of the process: a name and a pid may come again. */
  private readonly instance = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  private readonly errors = new TaskErrors(new Logger('request figures'));
  private readonly failures: Counter<never>;
  private timer: NodeJS.Timeout | undefined;
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly recorder: RequestRecorder,
    private readonly database: Database,
    metrics: Metrics,
  ) {
    this.failures = metrics.counter({
      name: 'ethhook_request_figures_failures_total',
      help: 'Times that the figures of requests could not be kept; they are tried again.',
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.keep(), EVERY_MS).unref();
    this.recorder.keepAtStop(() =>
      Promise.race([this.keep(true), sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]),
    );
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** `all`: also of the minute that is not over. Never rejects. */
  keep(all = false): Promise<void> {
    this.keeping = this.keeping.then(() => this.keepNow(all));
    return this.keeping;
  }

  private async keepNow(all: boolean): Promise<void> {
    try {
      for (const minute of this.recorder.minutes(all)) {
        await this.database.transaction({ work: 'background' }, (tx) =>
          new RequestFiguresRepository(tx).keep(this.instance, minute),
        );
        this.recorder.kept(minute);
      }
    } catch (error) {
      this.failures.increment({});
      this.errors.report(error);
    }
  }
}
