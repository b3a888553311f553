export interface Point {
  readonly hours: number;
  readonly value: number;
}

/** By day; the true one is between `low` and `high` in 19 of 20 cases, if the points were independent. */
export interface Slope {
  readonly perDay: number;
  readonly low: number;
  readonly high: number;
  /** What the points span. */
  readonly hours: number;
  readonly points: number;
}

const MIN_POINTS = 8;
const MIN_HOURS = 24;
const Z_95 = 1.96;

/**
 * Theil and Sen: the median of the slopes of all pairs, which one night of bulk loads or one VACUUM FULL does not turn; its
 * bounds by Kendall's variance. Null: too little is known. Takes the square of the points in time, so: some hundred.
 */
export function slopeOf(points: readonly Point[]): Slope | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const hours = last.hours - first.hours;
  if (points.length < MIN_POINTS || hours < MIN_HOURS) return null;
  const slopes = slopesOf(points);
  const count = points.length;
  const spread = Z_95 * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const at = (place: number) =>
    24 * (slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(place)))] ?? 0);
  return {
    perDay: 24 * medianOf(slopes),
    low: at((slopes.length - spread) / 2 - 1),
    high: at((slopes.length + spread) / 2),
    hours,
    points: count,
  };
}

function slopesOf(points: readonly Point[]): number[] {
  const slopes: number[] = [];
  for (const [index, { hours, value }] of points.entries())
    for (const later of points.slice(index + 1))
      if (later.hours > hours) slopes.push((later.value - value) / (later.hours - hours));
  return slopes.sort((one, other) => one - other);
}

function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
