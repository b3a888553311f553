import { table } from './markdown.js';

export interface Bound {
  what: string;
  required: string;
  measured: string;
  holds: boolean;
}

export const bound = (what: string, required: string, measured: string, holds: boolean): Bound => ({
  what,
  required,
  measured,
  holds,
});

export const none = (what: string, count: number, unit = '') =>
  bound(what, '0', `${count} ${unit}`.trim(), count === 0);

// Written so that a figure that could not be had (NaN) does not hold.
export const atMost = (what: string, limit: number, value: number) =>
  bound(what, `≤ ${limit}`, value.toFixed(2), value <= limit);

export const atLeast = (what: string, limit: number, value: number) =>
  bound(what, `≥ ${limit}`, value.toFixed(value >= 100 ? 0 : 2), value >= limit);

export const boundsTable = (bounds: readonly Bound[]) =>
  table(
    ['What', 'Required', 'Measured', 'Verdict'],
    bounds.map(({ what, required, measured, holds }) => [
      what,
      required,
      measured,
      holds ? 'holds' : 'FAILS',
    ]),
  );
