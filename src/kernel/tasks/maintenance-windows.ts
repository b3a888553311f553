const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const WINDOW = /^([a-z]{3}|daily)(?:-([a-z]{3}))? ([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Windows come again each week; a day more, for a change of daylight saving. */
const HORIZON_MINUTES = 8 * DAY_MINUTES;

interface Window {
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  readonly fromMinute: number;
  /** Of the same day, or, when not after `fromMinute`, of the next one. */
  readonly toMinute: number;
}

/** Such as `daily 01:00-05:00` or `sat-sun 22:00-06:00`; null: it is none. */
export function parseWindow(text: string): Window | null {
  const [, first = '', last, ...clock] = WINDOW.exec(text.toLowerCase()) ?? [];
  const [fromHour = 0, fromMinutes = 0, toHour = 0, toMinutes = 0] = clock.map(Number);
  const days = daysOf(first, last);
  const fromMinute = fromHour * 60 + fromMinutes;
  const toMinute = toHour * 60 + toMinutes;
  if (days === null || fromMinute === toMinute || toMinute > DAY_MINUTES) return null;
  return { days, fromMinute, toMinute };
}

function daysOf(first: string, last: string | undefined): Set<number> | null {
  if (first === 'daily') return last === undefined ? new Set(DAYS.keys()) : null;
  const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last ?? first)];
  if (from < 0 || to < 0) return null;
  const count = ((to - from + 7) % 7) + 1;
  return new Set(Array.from({ length: count }, (_, index) => (from + index) % 7));
}

/** When heavy jobs may run, by the wall clock of a time zone; without any window: always. */
export class MaintenanceWindows {
  private readonly windows: readonly Window[];
  private readonly clock: Intl.DateTimeFormat;

  constructor(texts: readonly string[], timeZone: string) {
    this.windows = texts.map((text) => {
      const window = parseWindow(text);
      if (window === null) throw new Error(`not a maintenance window: ${text}`);
      return window;
    });
    this.clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  }

  isOpen(at: Date): boolean {
    if (this.windows.length === 0) return true;
    const { day, minute } = this.wallClock(at);
    return this.windows.some(({ days, fromMinute, toMinute }) =>
      fromMinute < toMinute
        ? days.has(day) && minute >= fromMinute && minute < toMinute
        : (days.has(day) && minute >= fromMinute) || (days.has((day + 6) % 7) && minute < toMinute),
    );
  }

  /** The next moment after `at` at which they are open; null: never. */
  opensAfter(at: Date): Date | null {
    return this.changesAfter(at, true);
  }

  /** The next moment after `at` at which they are closed; null: never. */
  closesAfter(at: Date): Date | null {
    return this.changesAfter(at, false);
  }

  // Minute by minute: whatever the clocks of the zone do in between, they have done it.
  private changesAfter(at: Date, open: boolean): Date | null {
    if (this.windows.length === 0) return null;
    const first = Math.floor(at.getTime() / MINUTE_MS) + 1;
    for (let minute = first; minute <= first + HORIZON_MINUTES; minute++) {
      const moment = new Date(minute * MINUTE_MS);
      if (this.isOpen(moment) === open) return moment;
    }
    return null;
  }

  private wallClock(at: Date): { day: number; minute: number } {
    const parts = new Map(this.clock.formatToParts(at).map(({ type, value }) => [type, value]));
    const day = DAYS.indexOf(parts.get('weekday')?.toLowerCase() ?? '');
    return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
  }
}
