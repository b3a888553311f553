import type { LiveSeriesRow } from './queries/live-read-series.sql.js';
import type { Bucket, SeriesRow } from './statistics.reads.js';

const strideS = { '5m': 300, hour: 3600, day: 86_400 } as const;

/** A row for each bucket of the window, oldest first, of zeros where it is quiet; and of later ones that are not. */
export function fillSeries(
  { firstS, lastS, points }: Pick<LiveSeriesRow, 'firstS' | 'lastS' | 'points'>,
  bucket: Bucket,
): SeriesRow[] {
  if (firstS === null || lastS === null) return [];
  const found = new Map(points === null ? [] : points.split(';').map(toEntry));
  const last = Number(lastS);
  const rows: SeriesRow[] = [];
  for (let second = Number(firstS); second <= last; second += strideS[bucket])
    rows.push(found.get(second) ?? quietAt(second));
  // An event may be of a time that has not come yet.
  const later = [...found].filter(([second]) => second > last).sort(([a], [b]) => a - b);
  return [...rows, ...later.map(([, row]) => row)];
}

function toEntry(point: string): [number, SeriesRow] {
  const [second, events = '0', deliveries = '0', successes = '0', failures = '0', averageMs] =
    point.split(',');
  const avgDurationMs = averageMs === undefined ? null : Number(averageMs);
  const row = {
    timestamp: timestampOf(Number(second)),
    events,
    deliveries,
    successes,
    failures,
    avgDurationMs,
  };
  return [Number(second), row];
}

const quietAt = (second: number): SeriesRow => ({
  timestamp: timestampOf(second),
  events: '0',
  deliveries: '0',
  successes: '0',
  failures: '0',
  avgDurationMs: null,
});

/** As the driver gives a timestamptz: without what JavaScript puts before a year of five digits. */
const timestampOf = (second: number) =>
  new Date(second * 1000).toISOString().replace(/^\+0*/, '').replace('.000Z', 'Z');
