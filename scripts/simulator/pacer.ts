/**
 * Open-loop pacing: rows fall due by the clock, whatever the database does. What a stall leaves behind is caught up to
 * `burst` rows; the rest is given up and counted, so that a slow database shows as a lower rate and not as a flood.
 */
export class Pacer {
  private readonly startedAtMs: number;
  private given = 0;
  private givenUp = 0;

  constructor(
    private readonly ratePerSecond: number,
    private readonly burst: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.startedAtMs = nowMs();
  }

  /** Rows that fell due and were never written. */
  get skipped(): number {
    return Math.floor(this.givenUp);
  }

  /** Whether `rows` rows are due; if so they are the caller's to write. */
  take(rows: number): boolean {
    const due = this.due();
    if (due < rows) return false;
    this.given += rows;
    return true;
  }

  private due(): number {
    const elapsedSeconds = (this.nowMs() - this.startedAtMs) / 1000;
    const due = this.ratePerSecond * elapsedSeconds - this.given - this.givenUp;
    if (due > this.burst) this.givenUp += due - this.burst;
    return Math.min(due, this.burst);
  }
}
