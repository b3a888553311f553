import { atLeast, atMost, bound, none, type Bound } from '../report/bounds.js';
import type { Condition } from './beside.js';
import { forms, type FormName } from './forms.js';
import type { CaptureResult } from './result.js';

/** Of a live read, whatever is beside it. */
const MAX_MS = 20;

/** What the choice of ours rests on. */
export function judge({ beside, writeRates, written, conditions }: CaptureResult): Bound[] {
  const p50 = (form: FormName, condition: Condition) =>
    beside.find((one) => one.form === form && one.condition === condition)?.read.p50 ?? NaN;
  const checked = beside.reduce((sum, one) => sum + one.checked, 0);
  const inserts = writeRates.filter(({ shape }) => shape.startsWith('insert'));
  return [
    bound('reads that were checked', '> 0', String(checked), checked > 0),
    ...forms.map(({ name, title }) =>
      none(
        `${title}: reads that differ from a count`,
        beside.filter(({ form }) => form === name).reduce((sum, { different }) => sum + different, 0),
      ),
    ),
    atMost("ours beside a reader's snapshot, p50 in ms", MAX_MS, p50('snapshot', 'reader')),
    atMost('ours beside a writing transaction, p50 in ms', MAX_MS, p50('snapshot', 'writer')),
    atLeast('there the watermark, times ours', 2, p50('watermark', 'writer') / p50('snapshot', 'writer')),
    atLeast(
      'inserts of ours, least share of the rate without capture',
      0.7,
      Math.min(...inserts.map(({ ratio }) => ratio.snapshot)),
    ),
    atLeast(
      "the writer's rows/s, least share of its rate",
      0.95,
      Math.min(...Object.values(written)) / conditions.rate,
    ),
  ];
}
