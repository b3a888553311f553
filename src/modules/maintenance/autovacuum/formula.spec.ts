import { wantedSettings, type Measures } from './formula.js';
import type { AutovacuumDefaultsRow } from './queries/read-defaults.sql.js';

const defaults: AutovacuumDefaultsRow = {
  vacuumThreshold: 50,
  vacuumScaleFactor: 0.2,
  vacuumMaxThreshold: null,
  insertThreshold: 1000,
  insertScaleFactor: 0.2,
  analyzeThreshold: 50,
  analyzeScaleFactor: 0.1,
  isOn: true,
};
const table = (rows: number, of: Partial<Measures> = {}): Measures => ({
  ...{ rows, deadRows: 0, inserts: 300_000, changes: 30_000, allVisibleShare: 0.7 },
  ...{ freezeAge: 20_000_000, freezeMaxAge: 200_000_000, statisticsDays: 30, ...of },
});
const values = (measures: Measures, server = defaults) =>
  wantedSettings(measures, server).map(({ setting, value }) => [setting.replace('autovacuum_', ''), value]);

it.each([
  [1000, []],
  [499_999, []],
  [500_000, [0.05, 0.02, 0.02]],
  [4_700_000, [0.05, 0.02, 0.02]],
  [5_600_000, [0.05, 0.02, 0.02]],
  [20_000_000, [0.025, 0.013, 0.02]],
  [100_000_000, [0.005, 0.0025, 0.005]],
  [1e10, [0.0001, 0.0001, 0.0001]],
])('of %d rows: %j', (rows, expected) => {
  expect(values(table(rows)).map(([, value]) => value)).toEqual(expected);
});

it("leaves out what the server's own settings do as well", () => {
  const server = { ...defaults, vacuumScaleFactor: 0.06, insertScaleFactor: 0.01 };
  expect(values(table(5_600_000), server)).toEqual([['analyze_scale_factor', 0.02]]);
  expect(values(table(1e8), { ...defaults, vacuumMaxThreshold: 500_000 }).map(([name]) => name)).toEqual([
    'vacuum_insert_scale_factor',
    'analyze_scale_factor',
  ]);
});

it('freezes at once where rows are only inserted, once the counters are old enough to say so', () => {
  const freezes = (of: Partial<Measures>) =>
    values(table(5_600_000, of)).some(([name]) => name === 'freeze_min_age');
  expect([freezes({ changes: 3000 }), freezes({ changes: 3001 })]).toEqual([true, false]);
  expect([freezes({ changes: 0, statisticsDays: 0.9 }), freezes({ changes: 0, inserts: 0 })]).toEqual([
    false,
    false,
  ]);
});

it('says the figures that decide', () => {
  expect(wantedSettings(table(5_600_000), defaults)[0]?.reason).toBe(
    'vacuum after dead rows: at 280,050 of 5,600,000, every 280 days, instead of 1,120,050, every 1,120 days',
  );
});
