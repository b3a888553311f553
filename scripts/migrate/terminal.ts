const CLEAR_LINE = '\r\x1b[K';

/** Lines of a log on stdout and, on a terminal, one line below them that is drawn over: what is under way. */
export class Terminal {
  private readonly isDrawn = process.stdout.isTTY && process.stderr.isTTY;
  private current: string | null = null;

  readonly log = (line: string): void => {
    if (this.current !== null) process.stderr.write(CLEAR_LINE);
    console.log(line);
    this.draw();
  };

  /** null: nothing is under way any more. */
  readonly progress = (line: string | null): void => {
    if (!this.isDrawn) return;
    if (this.current !== null) process.stderr.write(CLEAR_LINE);
    this.current = line;
    this.draw();
  };

  private draw(): void {
    if (this.current === null) return;
    process.stderr.write(this.current.slice(0, Math.max(20, (process.stderr.columns || 80) - 1)));
  }
}
