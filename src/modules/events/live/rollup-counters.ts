import { constant } from '../../../kernel/database/sql.js';

/** The counters of a rollup row, in the order of every list of them. */
const counters = [
  'ms',
  'ms_ok',
  'ms_failed',
  'events',
  'events_ok',
  'events_failed',
  'events_open',
  'attempts',
  'ok',
  'failed',
  'timed',
  'timed_ok',
  'timed_failed',
] as const;

export type Counter = (typeof counters)[number];

export const eachCounter = (text: (name: Counter) => string) => constant(counters.map(text).join(', '));
export const counterNames = eachCounter((name) => name);
export const counterSums = eachCounter((name) => `sum(${name}) AS ${name}`);
