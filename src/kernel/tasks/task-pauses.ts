import { Injectable } from '@nestjs/common';
import { JobLedger, type Pauses } from './job-ledger.repository.js';

const FRESH_MS = 1000;

/** Whether an operator has paused a leader task; asked before each run, and read at most once a second. */
@Injectable()
export class TaskPauses {
  private readAt = -Infinity;
  private read: Promise<Pauses> | undefined;

  constructor(private readonly ledger: JobLedger) {}

  async isPaused(name: string): Promise<boolean> {
    const now = performance.now();
    if (this.read === undefined || now - this.readAt > FRESH_MS) {
      this.readAt = now;
      this.read = this.ledger.pauses();
    }
    return (await this.read).of(name) !== null;
  }
}
