import { rankTest } from './rank-test.js';

export interface Side {
  readonly calls: number;
  /** null: there was no call. */
  readonly meanMs: number | null;
  /** null: not known, or no call. */
  readonly p95Ms: number | null;
  /** The means of slices of the window in which there were calls, in any order. */
  readonly sliceMeansMs: readonly number[];
}

export const verdicts = [
  'faster',
  'slower',
  'unchanged',
  'not_enough_calls',
  'only_before',
  'only_after',
] as const;
export type Verdict = (typeof verdicts)[number];

export interface Comparison {
  readonly verdict: Verdict;
  /** After by before; null where one of them is not known. */
  readonly ratio: number | null;
  /** How likely this is by chance; null: not asked. */
  readonly p: number | null;
  /** By the calls of the window after; negative: lost. 0 where there is nothing to compare. */
  readonly savedMsPerHour: number;
}

const MIN_CALLS = 20;
const MIN_SLICES = 6;
const MIN_RATIO = 1.2;
const MAX_P = 0.01;

/** What decides, for whoever reads the verdicts. */
export const ruleText =
  `Faster or slower: the mean differs by a factor of ${MIN_RATIO} at least, and Mann and Whitney's test of the means of slices of ` +
  `time gives p < ${MAX_P}. Else unchanged. Fewer than ${MIN_CALLS} calls, or calls in fewer than ${MIN_SLICES} slices, on one ` +
  'side: not enough calls. Saved or lost: the difference of the means times the calls after, an hour.';

export function compare(before: Side, after: Side, hoursAfter: number): Comparison {
  if (before.meanMs === null || after.meanMs === null)
    return {
      verdict: before.calls > 0 ? 'only_before' : after.calls > 0 ? 'only_after' : 'not_enough_calls',
      ratio: null,
      p: null,
      savedMsPerHour: 0,
    };
  const ratio = before.meanMs > 0 ? after.meanMs / before.meanMs : null;
  const savedMsPerHour = hoursAfter > 0 ? ((before.meanMs - after.meanMs) * after.calls) / hoursAfter : 0;
  const isEnough = [before, after].every(
    ({ calls, sliceMeansMs }) => calls >= MIN_CALLS && sliceMeansMs.length >= MIN_SLICES,
  );
  if (!isEnough || ratio === null) return { verdict: 'not_enough_calls', ratio, p: null, savedMsPerHour };
  const p = rankTest(before.sliceMeansMs, after.sliceMeansMs);
  return { verdict: verdictOf(ratio, p), ratio, p, savedMsPerHour };
}

function verdictOf(ratio: number, p: number): Verdict {
  if (p >= MAX_P) return 'unchanged';
  if (ratio >= MIN_RATIO) return 'slower';
  return ratio <= 1 / MIN_RATIO ? 'faster' : 'unchanged';
}
