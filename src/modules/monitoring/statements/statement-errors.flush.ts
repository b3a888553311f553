import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import { StatementErrors } from '../../../kernel/database/statement-errors.js';
import { TaskErrors } from '../../../kernel/tasks/task-errors.js';
import { StatementsRepository } from './statements.repository.js';

const EVERY_MS = 60_000;

/** Keeps what statements of this process have ended with; each instance does it for its own. */
@Injectable()
export class StatementErrorsFlush implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly troubles = new TaskErrors(new Logger(StatementErrorsFlush.name));
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly errors: StatementErrors,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  async flush(): Promise<void> {
    const counts = this.errors.take();
    if (counts.length === 0) return;
    try {
      await this.database.transaction({ work: 'background' }, (tx) =>
        new StatementsRepository(tx).addErrors(counts),
      );
    } catch (error) {
      this.errors.putBack(counts);
      this.troubles.report(error);
    }
  }
}
