import { CronTime } from 'cron';

const FIELDS = /^\S+( \S+){4,5}$/;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How far back the last slot is looked for, nearest first: a slot of each second is not searched for in a year of them. */
const LOOK_BACK_MS = [10 * MINUTE_MS, HOUR_MS, DAY_MS, 8 * DAY_MS, 32 * DAY_MS, 366 * DAY_MS];
const MAX_SLOTS = 1000;

export const isCronExpression = (text: string) =>
  FIELDS.test(text) && CronTime.validateCronExpression(text).valid;

/** When a job is due: by the wall clock of a time zone, daylight saving included. */
export class CronSchedule {
  private readonly time: CronTime;

  /** Throws when the expression is not one. */
  constructor(
    readonly expression: string,
    readonly timeZone: string,
  ) {
    if (!isCronExpression(expression)) throw new Error(`not a cron expression: ${expression}`);
    this.time = new CronTime(expression, timeZone);
  }

  next(after: Date): Date {
    const date = this.time.getNextDateFrom(after, this.timeZone);
    // On the day on which clocks are put back, cron is an hour early for what is due right after the hour that comes twice.
    const isSecondOfTwo = date.minus({ hours: 1 }).hour === date.hour;
    const { hour: hours } = this.time as unknown as { hour: Readonly<Record<number, unknown>> };
    return (isSecondOfTwo && !(date.hour in hours) ? date.plus({ hours: 1 }) : date).toJSDate();
  }

  /** Of the slots in (after, until] those of the last ten minutes, oldest first; when there is none, at least the latest. */
  slots(after: Date, until: Date): Date[] {
    for (const lookBackMs of LOOK_BACK_MS) {
      const from = new Date(Math.max(after.getTime(), until.getTime() - lookBackMs));
      const found = this.between(from, until);
      if (found.length > 0 || from.getTime() === after.getTime()) return found;
    }
    return [];
  }

  private between(after: Date, until: Date): Date[] {
    const found: Date[] = [];
    for (let slot = this.next(after); slot <= until; slot = this.next(slot)) {
      found.push(slot);
      if (found.length > MAX_SLOTS) found.shift();
    }
    return found;
  }
}
