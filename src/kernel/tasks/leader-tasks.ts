import { Injectable, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { DedicatedSessions } from '../database/dedicated-session.js';
import { Metrics, type Sample } from '../telemetry/metrics.js';
import { LeaderLoop } from './leader-loop.js';
import { TaskPauses } from './task-pauses.js';
import type { LeaderTask, LeaderTaskState } from './leader-task.js';

/** The leader tasks of this process. Modules start theirs in onApplicationBootstrap. */
@Injectable()
export class LeaderTasks implements OnModuleDestroy, OnApplicationShutdown {
  private readonly loops = new Map<string, LeaderLoop>();
  private stopped: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly sessions: DedicatedSessions,
    private readonly pauses: TaskPauses,
    metrics: Metrics,
  ) {
    const labels = ['task'] as const;
    metrics.observedGauge(
      { name: 'ethhook_task_leader', help: '1 while this process runs the task.', labels },
      () => this.samples(({ isLeader }) => Number(isLeader)),
    );
    metrics.observedCounter({ name: 'ethhook_task_runs_total', help: 'Runs that ended well.', labels }, () =>
      this.samples(({ runs }) => runs),
    );
    metrics.observedCounter(
      { name: 'ethhook_task_failures_total', help: 'Runs and connections that failed.', labels },
      () => this.samples(({ failures }) => failures),
    );
    metrics.observedGauge(
      { name: 'ethhook_task_last_run_timestamp_seconds', help: 'When the last run ended well.', labels },
      () => this.samples(({ lastRunAt }) => lastRunAt && lastRunAt.getTime() / 1000),
    );
  }

  /** Begins at once to wait for the lead. Throws when there is one of that name. */
  start(task: LeaderTask): void {
    if (this.loops.has(task.name)) throw new Error(`the task ${task.name} was started before`);
    const loop = new LeaderLoop(task, this.sessions, (name) => this.pauses.isPaused(name));
    this.loops.set(task.name, loop);
    loop.start();
  }

  states(): LeaderTaskState[] {
    return [...this.loops.values()].map(({ state }) => state);
  }

  /** The HTTP server closes after this, and must not go on taking requests while a run ends. */
  onModuleDestroy(): void {
    this.stopped = Promise.all([...this.loops.values()].map((loop) => loop.stop()));
  }

  /** Bounded by the loops' own stop. */
  async onApplicationShutdown(): Promise<void> {
    await this.stopped;
  }

  private samples(read: (state: LeaderTaskState) => number | null): Sample<'task'>[] {
    return this.states().flatMap((state) => {
      const value = read(state);
      return value === null ? [] : [{ labels: { task: state.name }, value }];
    });
  }
}
