const LOWEST_MS = 2 ** -4;
const OCTAVES = 20;
const STEPS = 12;

/**
 * The upper bounds of the bins of a latency, in ms: each power of two from 1/16 ms to 65 s in 12 equal steps. A bin has its
 * upper bound and not its lower one; the last bin is open. They hold for all time: kept histograms are merged by them.
 */
export const latencyBoundsMs: readonly number[] = [
  LOWEST_MS,
  ...Array.from({ length: OCTAVES * STEPS }, (_, index) => {
    const octaveMs = LOWEST_MS * 2 ** Math.floor(index / STEPS);
    return octaveMs + ((1 + (index % STEPS)) * octaveMs) / STEPS;
  }),
];

/** How far the middle of a bin may be from a latency in it, from the lowest bound to the last one. */
export const LATENCY_ERROR = 1 / (2 * STEPS);

/** The bin that a latency falls into. */
export function latencyBin(ms: number): number {
  let low = 0;
  let high = latencyBoundsMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ms <= (latencyBoundsMs[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A histogram: so many latencies in each of these bins, which are in order. */
export interface LatencyHistogram {
  readonly bins: readonly number[];
  readonly counts: readonly number[];
}

/** By nearest rank, `quantile` from 0 to 1; at most LATENCY_ERROR off. null: there is nothing to tell of. */
export function latencyQuantile(
  { bins, counts }: LatencyHistogram,
  quantile: number,
  maxMs: number,
): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let left = Math.max(1, Math.ceil(quantile * total));
  const at = counts.findIndex((count) => (left -= count) <= 0);
  return Math.min(maxMs, middleOf(bins[at] ?? 0) ?? maxMs);
}

/** undefined: the open bin has no middle. */
function middleOf(bin: number): number | undefined {
  const upper = latencyBoundsMs[bin];
  return upper === undefined ? undefined : ((latencyBoundsMs[bin - 1] ?? 0) + upper) / 2;
}
