import { slopeOf, type Point, type Slope } from './slope.js';

export type Sureness = 'high' | 'low' | 'none';

export interface DiskForecast {
  /** Null: it does not fill, or nobody knows. */
  daysLeft: number | null;
  /** The soonest and the latest that the figures allow; null: never, or nobody knows. */
  soonest: number | null;
  latest: number | null;
  sureness: Sureness;
  /** What is known, or why nothing is. */
  text: string;
}

const HIGH_HOURS = 7 * 24;
/** Beyond this it says no more than "not soon". */
const FAR_DAYS = 3650;

/** When the disk is full if it goes on as in these points, the free bytes, oldest first. */
export function forecast(points: readonly Point[]): DiskForecast {
  const free = points.at(-1)?.value;
  if (free === undefined) return unknown('no figure of the free disk was kept');
  const slope = slopeOf(points);
  if (slope === null)
    return unknown('not known: the free disk has to be watched for a day before that can be told');
  const [daysLeft, soonest, latest] = [slope.perDay, slope.low, slope.high].map((perDay) =>
    daysUntilFull(free, perDay),
  ) as [number | null, number | null, number | null];
  return { daysLeft, soonest, latest, sureness: surenessOf(slope), text: textOf(slope, daysLeft) };
}

const unknown = (text: string): DiskForecast => ({
  daysLeft: null,
  soonest: null,
  latest: null,
  sureness: 'none',
  text,
});

function daysUntilFull(free: number, perDay: number): number | null {
  if (perDay >= 0) return null;
  const days = free / -perDay;
  return days > FAR_DAYS ? null : days;
}

/** Low where even the direction is not known. */
const surenessOf = ({ hours, low, high }: Slope): Sureness =>
  hours >= HIGH_HOURS && Math.sign(low) === Math.sign(high) ? 'high' : 'low';

function textOf({ perDay, hours, points }: Slope, daysLeft: number | null): string {
  const by = `by ${points} figures of ${(hours / 24).toFixed(1)} days`;
  if (daysLeft === null) return `the disk does not fill in ten years, ${by}`;
  return `${Math.round(-perDay)} bytes a day less are free, ${by}`;
}
