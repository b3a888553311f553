import { atLeast, atMost, bound, none, type Bound } from '../report/bounds.js';
import { forms } from './forms.js';
import type { CaptureResult } from './result.js';

/** What the choice of ours rests on; the machine's own noise is a third. */
export function judge({ beside, writeRates, written, conditions }: CaptureResult): Bound[] {
  const ours = (condition: string) =>
    beside.find((one) => one.form === 'snapshot' && one.condition === condition)?.read.p50 ?? NaN;
  const checked = beside.reduce((sum, one) => sum + one.checked, 0);
  return [
    bound('reads that were checked', '> 0', String(checked), checked > 0),
    ...forms.map(({ name, title }) =>
      none(
        `${title}: reads that differ from a count`,
        beside.filter(({ form }) => form === name).reduce((sum, { different }) => sum + different, 0),
      ),
    ),
    atMost("ours beside a reader's snapshot, times its p50 alone", 2, ours('reader') / ours('nothing')),
    atMost('ours beside a writing transaction, times its p50 alone', 2, ours('writer') / ours('nothing')),
    atLeast(
      'inserts of ours, least share of the rate without capture',
      0.7,
      Math.min(
        ...writeRates.filter(({ shape }) => shape.startsWith('insert')).map(({ ratio }) => ratio.snapshot),
      ),
    ),
    atLeast(
      "the writer's rows/s, least share of its rate",
      0.95,
      Math.min(...Object.values(written)) / conditions.rate,
    ),
  ];
}
