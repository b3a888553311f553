import type { TimeseriesQuery } from './dto/timeseries.query.js';
import { emptyWindow, tooManyPoints } from './statistics.errors.js';

const HOUR_MS = 3_600_000;
const hoursOf = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;
const bucketMs = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;
/** A year by the hour, and a day. */
const MAX_POINTS = 8808;

export interface TimeWindow {
  from: string | null;
  to: string | null;
  hours: number;
}

/**
 * The window of a query: its dates replace the trailing range, and either may stand alone. The dates go on as
 * they were written, so that PostgreSQL reads their microseconds. Throws 400 if empty or of too many points.
 */
export function windowOf(query: TimeseriesQuery, now: Date): TimeWindow {
  const { start_date: from = null, end_date: to = null, time_range, granularity } = query;
  const hours = hoursOf[time_range];
  const stopMs = to === null ? now.getTime() : Date.parse(to);
  const startMs = from === null ? stopMs - hours * HOUR_MS : Date.parse(from);
  // Milliseconds are all that Date sees; equal ones may still differ in PostgreSQL, where they mean an empty answer.
  if (from !== null && to !== null && (startMs > stopMs || from === to)) throw emptyWindow();
  const points = Math.floor((stopMs - startMs) / bucketMs[granularity]) + 1;
  if (points > MAX_POINTS) throw tooManyPoints(points, MAX_POINTS);
  return { from, to, hours };
}
