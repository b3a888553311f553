import { FINE_HOURS_MAX, type EndpointTimeseriesQuery } from './dto/timeseries.query.js';
import { emptyWindow, tooLongForFine, tooManyPoints } from './statistics.errors.js';
import type { Bucket } from './statistics.reads.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const hoursOf = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24, '90d': 90 * 24 } as const;
const bucketMs = { '5m': 5 * MINUTE_MS, hour: HOUR_MS, day: 24 * HOUR_MS } as const;
/** A year by the hour, and a day. */
const MAX_POINTS = 8808;

export interface TimeWindow {
  from: string | null;
  to: string | null;
  hours: number;
  bucket: Bucket;
}

/**
 * The window of a query: its dates replace the trailing range, and either may stand alone. The dates go on as
 * they were written, so that PostgreSQL reads their microseconds. `auto` is by the hour up to `autoHourlyMax` hours,
 * else by the day. Throws 400 if empty, of too many points, or too long for 5 minutes.
 */
export function windowOf(
  query: Omit<EndpointTimeseriesQuery, 'success'>,
  autoHourlyMax: number,
  now: Date,
): TimeWindow {
  const { start_date: from = null, end_date: to = null, time_range, granularity } = query;
  const hours = hoursOf[time_range];
  const stopMs = to === null ? now.getTime() : Date.parse(to);
  const startMs = from === null ? stopMs - hours * HOUR_MS : Date.parse(from);
  // Milliseconds are all that Date sees; equal ones may still differ in PostgreSQL, where they mean an empty answer.
  if (from !== null && to !== null && (startMs > stopMs || from === to)) throw emptyWindow();
  const lengthMs = stopMs - startMs;
  const bucket = granularity === 'auto' ? (isLonger(lengthMs, autoHourlyMax) ? 'day' : 'hour') : granularity;
  if (bucket === '5m' && isLonger(lengthMs, FINE_HOURS_MAX)) throw tooLongForFine(FINE_HOURS_MAX);
  const points = Math.floor(lengthMs / bucketMs[bucket]) + 1;
  if (points > MAX_POINTS) throw tooManyPoints(points, MAX_POINTS);
  return { from, to, hours, bucket };
}

/** By the whole minute: a start_date of 24 hours ago is a little older when it arrives. */
const isLonger = (lengthMs: number, hours: number) => Math.floor(lengthMs / MINUTE_MS) > hours * 60;
