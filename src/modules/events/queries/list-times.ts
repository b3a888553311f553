import { constant } from '../../../kernel/database/sql.js';

/** Before every time there is, and after -infinity: an event without a time is in no window. */
export const MIN_TIME = '4714-11-24 00:00:00+00 BC';
export const time = (text: string) => constant(`'${text}'::timestamptz`);

/** -infinity + 1 hour is -infinity: what holds events without a time ends where time begins. */
export const endOf = (begin: string, length: string) =>
  constant(
    `CASE WHEN isfinite(${begin}) THEN ${begin} + INTERVAL '${length}' ELSE '${MIN_TIME}'::timestamptz END`,
  );
