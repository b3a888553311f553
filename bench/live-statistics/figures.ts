import { grouped } from '../../src/demo/progress-bar.js';

/** ms with what is left of it below a millisecond. */
export const exact = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

export const speedUp = (slowMs: number | null | undefined, fastMs: number) =>
  slowMs === null || slowMs === undefined ? '–' : grouped(slowMs / fastMs);
