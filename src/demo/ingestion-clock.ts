const DAY_US = 86_400_000_000;
const PEAK_OF_DAY = 15 / 24;
/** The quietest hour has 0.4 of the mean rate, the busiest 1.6. */
const AMPLITUDE = 0.6;
const STEPS = 2880;

/** Microseconds since 1970. */
export interface DemoPeriod {
  startUs: number;
  untilUs: number;
}

/** When event n of N comes in: a daily cycle with its peak at 15:00 UTC over whole days up to `untilUs`. */
export class IngestionClock implements DemoPeriod {
  readonly startUs: number;
  /** Where in a day its first j/STEPS events are in: the daily distribution's inverse, so that interpolating keeps order. */
  private readonly inverse: Float64Array;

  constructor(
    readonly untilUs: number,
    private readonly days: number,
    private readonly events: number,
  ) {
    this.startUs = untilUs - days * DAY_US;
    const startOfDay = (((this.startUs % DAY_US) + DAY_US) % DAY_US) / DAY_US;
    const phase = 2 * Math.PI * (startOfDay - PEAK_OF_DAY);
    const scale = AMPLITUDE / (2 * Math.PI);
    const share = (x: number) => x + scale * (Math.sin(2 * Math.PI * x + phase) - Math.sin(phase));
    this.inverse = Float64Array.from({ length: STEPS + 1 }, (_, j) =>
      solveIncreasing(share, j / STEPS, [0, 1]),
    );
  }

  /** Microseconds since 1970; `offset` in [0, 1) is the event's place between its neighbours. */
  ingestedAtUs(index: number, offset: number): number {
    const y = (this.days * (index + offset)) / this.events;
    const day = Math.floor(y);
    const step = (y - day) * STEPS;
    const j = Math.floor(step);
    const from = this.inverse[j] as number;
    const to = this.inverse[j + 1] as number;
    return this.startUs + Math.floor((day + from + (to - from) * (step - j)) * DAY_US);
  }
}

/** x in [low, high] with f(x) = target for an increasing f; the last of 60 halvings is below a double's precision. */
export function solveIncreasing(
  f: (x: number) => number,
  target: number,
  [low, high]: readonly [number, number],
  halvings = 60,
): number {
  let [from, to] = [low, high];
  for (let i = 0; i < halvings; i++) {
    const middle = (from + to) / 2;
    if (f(middle) < target) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
