import { availableParallelism } from 'node:os';
import { FlagError, optionalText, readFlags, toggle, wholeNumber, type Flag } from '../../src/demo/flags.js';

export interface LiveOptions {
  /** At full scale. */
  events: number;
  /** Multiplies the history: events and days, so that the rate stays. */
  scale: number;
  growth: boolean;
  /** Inserted rows a second of the writer, events and attempts together. */
  rate: number;
  /** How long a figure under load is taken for. */
  seconds: number;
  /** How long the snapshot is open and the fold is down; the writing transaction half of it. */
  faultMinutes: number;
  planSettings: boolean;
  dropCaches: boolean;
  pgBin: string | undefined;
  out: string;
  dataDir: string | undefined;
  reuse: string | undefined;
  keep: boolean;
}

export const USERS = 200;
export const SEED = 42;
/** As docs/pools-and-replicas.md advises: the machine is the database's, too. */
export const POOL_MAX = 2 * availableParallelism();
const DAYS = 60;
const PLAN_EVENTS = 4_700_000;

export interface History {
  events: number;
  days: number;
}

/** What is loaded at `scale`. */
export const historyAt = ({ events, scale }: Pick<LiveOptions, 'events' | 'scale'>): History => ({
  events: Math.round(events * scale),
  days: Math.max(1, Math.round(DAYS * scale)),
});

/** The longest window is full in each: a shorter one would have less to read. */
export const GROWTH_DAYS = 90;

/** A tenth of the rows by their rate, three times as many by the time. */
export const growthHistories = (events: number): (History & { times: number })[] => [
  { times: 0.1, events: Math.round(events / 10), days: GROWTH_DAYS },
  { times: 1, events, days: GROWTH_DAYS },
  { times: 3, events: events * 3, days: GROWTH_DAYS * 3 },
];

export const usage = `usage: npm run bench -- [flags]
  Statistics and event lists side by side: the original SQL, the plan's rewrite, ours, and the floor of this machine.
  --scale N            history, as a multiple of 60 days and --events: 0.01 to 10 (default 1)
  --events N           events at scale 1, about 1.25 delivery attempts each: 5000 to 100000000 (default 4700000)
  --growth             instead: how ours grows with the rows: a tenth and all of --events in 90 days, three times in 270
  --rate N             rows the writer inserts a second: 1 to 50000 (default 1000)
  --seconds N          of each figure under load, in rounds of a thirtieth where forms take turns: 1 to 600 (default 30)
  --fault-minutes N    how long a snapshot stays open and the fold is down, 0 to 60; a writing transaction half of it
                       (default 10)
  --default-settings   PostgreSQL's own settings instead of the plan's for 8 GB
  --keep-os-cache      cold is a restarted server alone; the operating system's page cache stays as it is
  --pg-bin DIR         PostgreSQL's programs, or the word embedded (default the newest /usr/lib/postgresql/*/bin,
                       else the embedded build)
  --out FILE.md        the page with the result; the figures go beside it as .json
                       (default docs/bench/live-statistics.md, docs/bench/live-statistics-growth.md)
  --data-dir DIR       new or empty folder for the databases (default a temporary one)
  --reuse DIR          keeps the filled databases of the first run here; later runs copy them instead of filling anew.
                       With --growth one folder for each scale, DIR/scale-0.1 and so on, used in place: it only reads
  --keep               leaves the databases, stopped
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): LiveOptions | null {
  const flags = readFlags(args, {
    scale,
    events: wholeNumber(5000, 100_000_000, PLAN_EVENTS),
    growth: toggle,
    rate: wholeNumber(1, 50_000, 1000),
    seconds: wholeNumber(1, 600, 30),
    'fault-minutes': minutes,
    'default-settings': toggle,
    'keep-os-cache': toggle,
    'pg-bin': optionalText(1),
    out: optionalText(1),
    'data-dir': optionalText(1),
    reuse: optionalText(1),
    keep: toggle,
  });
  if (flags === null) return null;
  const { scale: times, events, growth, rate, seconds, reuse, keep } = flags;
  const out = flags.out ?? `docs/bench/live-statistics${growth ? '-growth' : ''}.md`;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return {
    scale: times,
    events,
    growth,
    rate,
    seconds,
    reuse,
    keep,
    out,
    faultMinutes: flags['fault-minutes'],
    planSettings: !flags['default-settings'],
    dropCaches: !flags['keep-os-cache'],
    pgBin: flags['pg-bin'],
    dataDir: flags['data-dir'],
  };
}

const decimal =
  (low: number, high: number, fallback: number): Flag<number> =>
  (text, name) => {
    if (text === undefined) return fallback;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (value >= low && value <= high) return value;
    throw new FlagError(`--${name} is ${JSON.stringify(text)}: it takes a number from ${low} to ${high}`);
  };

const scale = decimal(0.01, 10, 1);
const minutes = decimal(0, 60, 10);
