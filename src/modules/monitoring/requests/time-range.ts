import { validationError } from '../../../kernel/http/validation.js';

const DAY_MS = 86_400_000;

export interface TimeRange {
  /** RFC 3339. */
  readonly from: string;
  /** Not part of it. */
  readonly until: string;
}

/** The asked range, or the last 24 hours, widened to full units: what is kept is kept by them. Throws 400 where it is empty. */
export function rangeOf(asked: Partial<TimeRange>, unitMs: number, now = Date.now()): TimeRange {
  const untilMs = asked.until === undefined ? now : Date.parse(asked.until);
  const fromMs = asked.from === undefined ? untilMs - DAY_MS : Date.parse(asked.from);
  if (fromMs >= untilMs) throw validationError('until', 'must be after from');
  return {
    from: new Date(Math.floor(fromMs / unitMs) * unitMs).toISOString(),
    until: new Date(Math.ceil(untilMs / unitMs) * unitMs).toISOString(),
  };
}
