import { grouped } from '../../src/demo/progress-bar.js';
import { ms } from '../report/markdown.js';
import { TIMEOUT_MS } from './connection.js';

/** In ms; of a run that was given up, until then, which is TIMEOUT_MS and more. */
export interface SlowTime {
  /** null: it was not started cold. */
  coldMs: number | null;
  warmMs: number;
}

const isGivenUp = (value: number) => value >= TIMEOUT_MS;

/** Of a slow form, which may have been given up. */
export const milliseconds = (value: number) =>
  isGivenUp(value) ? `more than ${TIMEOUT_MS / 1000} s` : ms(value);

/** How many times faster, at least; NaN where the slow form was not measured. */
export const speedUpOf = (slow: SlowTime | undefined, fastMs: number): number =>
  Math.min(slow?.warmMs ?? NaN, TIMEOUT_MS) / fastMs;

export function speedUp(slow: SlowTime | undefined, fastMs: number): string {
  if (slow === undefined) return '–';
  return `${isGivenUp(slow.warmMs) ? '> ' : ''}${grouped(speedUpOf(slow, fastMs))}`;
}
