import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DedicatedSession, DedicatedSessions } from '../database/dedicated-session.js';
import { LeaderSession } from './leader-session.js';
import type { LeaderTask, LeaderTaskState } from './leader-task.js';
import { TaskErrors } from './task-errors.js';

const POLL_MS = 1000;
/** Well below SESSION_IDLE_TIMEOUT_MS. */
const HEARTBEAT_MS = 3000;
const FIRST_BACK_OFF_MS = 250;
const LONGEST_BACK_OFF_MS = 5000;
const STOP_TIMEOUT_MS = 3000;

/**
 * Runs a task for as long as this process is its leader, and waits for that otherwise. Never throws, never ends the
 * process. The session is opened anew after every failure, so that nothing of a failed run is left on it, and another
 * instance may do better.
 */
export class LeaderLoop {
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private readonly errors: TaskErrors;
  private running: Promise<void> | null = null;
  private session: DedicatedSession | null = null;
  private failuresInARow = 0;
  private current: LeaderTaskState;

  constructor(
    private readonly task: LeaderTask,
    private readonly sessions: Pick<DedicatedSessions, 'connect'>,
    private readonly isPaused: (taskName: string) => Promise<boolean> = () => Promise.resolve(false),
  ) {
    this.logger = new Logger(`task ${task.name}`);
    this.errors = new TaskErrors(this.logger);
    this.current = {
      name: task.name,
      description: task.description,
      isLeader: false,
      runs: 0,
      failures: 0,
      lastRunAt: null,
      lastRunMs: null,
      lastError: null,
    };
  }

  get state(): LeaderTaskState {
    return this.current;
  }

  start(): void {
    this.running ??= this.live();
  }

  /** Waits for the run that is under way, but not for long: what it did not commit is rolled back. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the server is shutting down'));
    const timer = setTimeout(() => this.session?.destroy(), STOP_TIMEOUT_MS);
    await Promise.race([this.running, sleep(STOP_TIMEOUT_MS + 500, undefined, { ref: false })]);
    clearTimeout(timer);
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private async live(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.useSession();
      } catch (error) {
        if (this.isStopping) return;
        this.fail(error);
        await pause(backOffMs(this.failuresInARow++), this.stopping.signal);
      }
    }
  }

  /** From a session's begin to its end; returns at shutdown only. */
  private async useSession(): Promise<void> {
    this.session = await this.sessions.connect(this.task.name);
    try {
      const signal = AbortSignal.any([this.stopping.signal, this.session.lost]);
      const leader = new LeaderSession(this.session, this.task.name);
      while (!(await leader.takeLock())) {
        await pause(POLL_MS, signal);
        if (this.isStopping) return;
      }
      this.update({ isLeader: true });
      this.logger.log('is the leader');
      await this.lead(leader, signal);
    } finally {
      this.update({ isLeader: false });
      await this.session.close();
      this.session = null;
    }
  }

  private async lead(leader: LeaderSession, signal: AbortSignal): Promise<void> {
    while (!this.isStopping) {
      await leader.assertLeader();
      if (await this.isPaused(this.task.name)) {
        await this.rest(leader, POLL_MS, signal);
        continue;
      }
      const startedAt = performance.now();
      const pauseMs = await this.task.run(leader, signal);
      this.failuresInARow = 0;
      const lastRunMs = performance.now() - startedAt;
      this.update({ runs: this.current.runs + 1, lastRunAt: new Date(), lastRunMs });
      await this.rest(leader, pauseMs, signal);
    }
  }

  private async rest(leader: LeaderSession, pauseMs: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + pauseMs;
    for (let left = pauseMs; left > HEARTBEAT_MS; left = until - performance.now()) {
      await pause(HEARTBEAT_MS, signal);
      if (this.isStopping) return;
      await leader.assertLeader();
    }
    await pause(Math.max(0, until - performance.now()), signal);
  }

  private fail(error: unknown): void {
    const { code, message } = this.errors.report(error);
    this.update({ failures: this.current.failures + 1, lastError: { at: new Date(), code, message } });
  }

  private update(change: Partial<LeaderTaskState>): void {
    this.current = { ...this.current, ...change };
  }
}

/** Ends early when the signal is aborted. */
const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/** Doubles from failure to failure; half of it is chance, so that instances do not try in step. */
function backOffMs(failures: number): number {
  const longest = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(failures, 16));
  return longest * (0.5 + Math.random() / 2);
}
