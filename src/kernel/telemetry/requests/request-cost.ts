import { AsyncLocalStorage } from 'node:async_hooks';

/** What statements have taken, as this process has seen it: the way to the server and back is in the time. */
export interface DatabaseUse {
  ms: number;
  /** Given back, or changed where none are given back. */
  rows: number;
  statements: number;
}

/** What one request costs. Statements that are run for it are added, also those that go on when it has been answered. */
export class RequestCost {
  readonly use: DatabaseUse = { ms: 0, rows: 0, statements: 0 };
  private isOver = false;
  private onLate: ((use: DatabaseUse) => void) | undefined;

  add(ms: number, rows: number, statements: number): void {
    if (this.isOver) {
      this.onLate?.({ ms, rows, statements });
      return;
    }
    this.use.ms += ms;
    this.use.rows += rows;
    this.use.statements += statements;
  }

  /**
   * `use` is all of it from now on, but for what is read behind the answer, such as a stale one anew. Without `onLate` that
   * is nobody's: a stream begins work that is everybody's.
   */
  end(onLate?: (use: DatabaseUse) => void): void {
    this.isOver = true;
    this.onLate = onLate;
  }
}

/** The request that statements are run for. */
export const requestCost = new AsyncLocalStorage<RequestCost>();
