import type { TableRow } from './queries/list-tables.sql.js';
import type { AutovacuumDefaultsRow } from './queries/read-defaults.sql.js';

/** Storage parameters that are tuned; no other is ever touched. */
export const TUNED_SETTINGS = [
  'autovacuum_vacuum_scale_factor',
  'autovacuum_vacuum_insert_scale_factor',
  'autovacuum_analyze_scale_factor',
  'autovacuum_freeze_min_age',
] as const;
export type TunedSetting = (typeof TUNED_SETTINGS)[number];

export const isTuned = (setting: string): setting is TunedSetting =>
  (TUNED_SETTINGS as readonly string[]).includes(setting);

export interface Wanted {
  setting: TunedSetting;
  value: number;
  /** With the figures that decide. */
  reason: string;
}

export type Measures = Pick<
  TableRow,
  | 'rows'
  | 'deadRows'
  | 'inserts'
  | 'changes'
  | 'allVisibleShare'
  | 'freezeAge'
  | 'freezeMaxAge'
  | 'statisticsDays'
>;

/** Smaller ones have at most 100,000 dead rows by PostgreSQL's own settings: a vacuum of seconds. */
export const LARGE_ROWS = 500_000;
/** So few changes of all writes that what was written is final. */
const INSERT_ONLY_SHARE = 0.01;
/** The counters of less say nothing about a table's days. */
const MIN_STATISTICS_DAYS = 1;
/** A trigger is as good as another within what the estimate of the rows is worth. */
const AS_GOOD = 1.25;
/** What 500,000 rows are of five billion. */
const LEAST_SHARE = 0.0001;

interface Trigger {
  setting: TunedSetting;
  /** Of the table's rows, until these are `mostRows`: so much is left to one vacuum, however large the table is. */
  share: number;
  mostRows: number;
  what: string;
  /** Threshold and scale factor of the server, and the bound that 18 has. */
  defaults: (d: AutovacuumDefaultsRow) => { threshold: number; scale: number; most?: number | null };
  perDay: (table: Measures) => number;
}

const triggers: readonly Trigger[] = [
  {
    setting: 'autovacuum_vacuum_scale_factor',
    share: 0.05,
    mostRows: 500_000,
    what: 'vacuum after dead rows',
    defaults: (d) => ({
      threshold: d.vacuumThreshold,
      scale: d.vacuumScaleFactor,
      most: d.vacuumMaxThreshold,
    }),
    perDay: ({ changes, statisticsDays }) => changes / statisticsDays,
  },
  {
    // It reads the new pages only. Until then index-only scans look up each of their rows in the heap.
    setting: 'autovacuum_vacuum_insert_scale_factor',
    share: 0.02,
    mostRows: 250_000,
    what: 'vacuum after inserted rows',
    defaults: (d) => ({ threshold: d.insertThreshold, scale: d.insertScaleFactor }),
    perDay: ({ inserts, statisticsDays }) => inserts / statisticsDays,
  },
  {
    setting: 'autovacuum_analyze_scale_factor',
    share: 0.02,
    mostRows: 500_000,
    what: 'analyze after changed rows',
    defaults: (d) => ({ threshold: d.analyzeThreshold, scale: d.analyzeScaleFactor }),
    perDay: ({ inserts, changes, statisticsDays }) => (inserts + changes) / statisticsDays,
  },
];

/** What a table should have; nothing for one that the server's own settings suit. */
export function wantedSettings(table: Measures, defaults: AutovacuumDefaultsRow): Wanted[] {
  if (table.rows < LARGE_ROWS) return [];
  const wanted = triggers.flatMap((trigger) => triggerSetting(trigger, table, defaults));
  return isInsertOnly(table) ? [...wanted, freezeAtOnce(table)] : wanted;
}

function triggerSetting(trigger: Trigger, table: Measures, defaults: AutovacuumDefaultsRow): Wanted[] {
  const { threshold, scale, most } = trigger.defaults(defaults);
  const at = (factor: number) => Math.min(threshold + factor * table.rows, most ?? Infinity);
  const value = scaleFactor(trigger, table.rows);
  if (at(scale) <= AS_GOOD * at(value)) return [];
  const perDay = table.statisticsDays < MIN_STATISTICS_DAYS ? 0 : trigger.perDay(table);
  const every = (rows: number) => (perDay > 0 ? `, every ${days(rows / perDay)}` : '');
  const reason =
    `${trigger.what}: at ${count(at(value))} of ${count(table.rows)}${every(at(value))}, ` +
    `instead of ${count(at(scale))}${every(at(scale))}`;
  return [{ setting: trigger.setting, value, reason }];
}

// Two digits, so that a table that grows is not altered each day.
const scaleFactor = ({ share, mostRows }: Trigger, rows: number) =>
  Number(Math.max(LEAST_SHARE, Math.min(share, mostRows / rows)).toPrecision(2));

const isInsertOnly = ({ inserts, changes, statisticsDays }: Measures) =>
  statisticsDays >= MIN_STATISTICS_DAYS && inserts > 0 && changes <= INSERT_ONLY_SHARE * inserts;

const freezeAtOnce = ({ inserts, changes, freezeAge, freezeMaxAge }: Measures): Wanted => ({
  setting: 'autovacuum_freeze_min_age',
  value: 0,
  reason:
    `${count(changes)} updates and deletes beside ${count(inserts)} inserts: the vacuum that follows inserts freezes what it ` +
    `reads, and none has to read it all again for that; the oldest row is ${count(freezeAge)} transactions old, ` +
    `${Math.round((100 * freezeAge) / freezeMaxAge)} % of what forces one`,
});

const count = (value: number) => Math.round(value).toLocaleString('en-US');

function days(value: number): string {
  if (value >= 2) return `${count(value)} days`;
  return value * 24 >= 2 ? `${count(value * 24)} hours` : `${Math.max(1, Math.round(value * 1440))} minutes`;
}
