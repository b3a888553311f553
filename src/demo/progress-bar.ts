import cliProgress from 'cli-progress';
import type { OnProgress } from './seed.js';

/** Draws the load of demo data on stderr, with its rate and the time left; without a terminal a line every 2 s. */
export async function withProgressBar<T>(
  totalEvents: number,
  work: (onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  const format = '  {bar} {percentage}% | {value}/{total} events | {rate} rows/s | {left} s left';
  const bar = new cliProgress.SingleBar(
    { format, noTTYOutput: true, notTTYSchedule: 2000 },
    cliProgress.Presets.shades_classic,
  );
  const startedAt = performance.now();
  try {
    return await work((done, total, rows) => {
      if (done === 0) bar.start(totalEvents, 0, { rate: '–', left: '–' });
      const seconds = (performance.now() - startedAt) / 1000;
      if (done > 0)
        bar.update(done, { rate: grouped(rows / seconds), left: grouped(seconds * (total / done - 1)) });
    });
  } finally {
    bar.stop();
  }
}

/** Rounded, in groups of three digits. */
export const grouped = (value: number) => Math.round(value).toLocaleString('en-US');
