import { startScript, type Ended, type Line } from '../server/children.js';

export interface MigrationSpan {
  name: string;
  /** In ms since 1970; the next one's beginning, or the end of the run. */
  from: number;
  to: number;
  /** As the runner says; null: it did not end. */
  durationMs: number | null;
}

export interface MigrationRun {
  code: number | null;
  from: number;
  to: number;
  spans: MigrationSpan[];
  /** Short transactions that did not get their locks in time and were tried again. */
  lockRetries: number;
  lines: string[];
}

// The statistics of a new server are minutes old, and would prove no index unused.
const fresh = ['--min-statistics-hours', '0'];

/** `migrate run`, as an engineer would start it. */
export async function runAllMigrations(
  databaseUrl: string,
  args: readonly string[],
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<MigrationRun> {
  const from = Date.now();
  const ended = await startScript('scripts/migrate.js', ['run', ...fresh, ...args], databaseUrl, signal, say)
    .ended;
  return describeRun(ended, from, Date.now());
}

function describeRun({ code, stdout, stderr }: Ended, from: number, to: number): MigrationRun {
  const lines = [...stdout, ...stderr].sort((a, b) => a.at - b.at);
  return {
    code,
    from,
    to,
    spans: findSpans(lines, to),
    lockRetries: lines.filter(({ text }) => /; attempt \d+ of \d+$/.test(text)).length,
    lines: lines.map(({ at, text }) => `${((at - from) / 1000).toFixed(3)} ${text}`),
  };
}

function findSpans(lines: readonly Line[], end: number): MigrationSpan[] {
  const spans: MigrationSpan[] = [];
  for (const { at, text } of lines) {
    const last = spans.at(-1);
    const name = /^applying (\S+)/.exec(text)?.[1];
    const duration = /^done in (\d+) ms/.exec(text)?.[1];
    if (name !== undefined) {
      if (last) last.to = at;
      spans.push({ name, from: at, to: end, durationMs: null });
    } else if (duration !== undefined && last) last.durationMs ??= Number(duration);
  }
  return spans;
}
