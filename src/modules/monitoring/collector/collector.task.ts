import { Logger } from '@nestjs/common';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { LeaderTask } from '../../../kernel/tasks/leader-task.js';
import { TaskErrors } from '../../../kernel/tasks/task-errors.js';
import type { Collector } from './collector.js';
import type { CollectorMetrics } from './collector-metrics.js';

/** The leader's session must not be idle for longer than the server allows. */
const LONGEST_PAUSE_MS = 5000;

interface Turn {
  readonly collector: Collector;
  readonly errors: TaskErrors;
  dueAt: number;
}

/** Gives each collector its turns, one after the other. */
export class CollectorTask implements LeaderTask {
  readonly name = 'monitoring-collector';
  readonly description = 'Looks at statements, tables and the server, and keeps what it saw.';
  private readonly turns: readonly Turn[];

  constructor(
    collectors: readonly Collector[],
    private readonly metrics: Pick<CollectorMetrics, 'collected' | 'failed'>,
  ) {
    this.turns = collectors.map((collector) => ({
      collector,
      errors: new TaskErrors(new Logger(`collector ${collector.name}`)),
      dueAt: 0,
    }));
  }

  async run(session: LeaderSession, signal: AbortSignal): Promise<number> {
    for (const turn of this.turns) {
      if (signal.aborted) return 0;
      if (turn.dueAt <= performance.now()) await this.take(turn, session);
    }
    const next = Math.min(...this.turns.map(({ dueAt }) => dueAt)) - performance.now();
    return Math.max(0, Math.min(LONGEST_PAUSE_MS, next));
  }

  private async take(turn: Turn, session: LeaderSession): Promise<void> {
    const { collector } = turn;
    const startedAt = performance.now();
    // Counted from its start, so that a slow one does not slip.
    turn.dueAt = startedAt + collector.intervalMs;
    try {
      await collector.collect(session);
      this.metrics.collected(collector.name, performance.now() - startedAt);
    } catch (error) {
      // Whoever has lost the session has lost the lead.
      if (!(error instanceof DomainError) || error.code === 'database_unavailable') throw error;
      this.metrics.failed(collector.name);
      turn.errors.report(error);
    }
  }
}
