import type { QueryRunner } from '../../../kernel/database/database.js';
import { RouteLatencyReadModel, type RouteRange } from '../requests/route-latency.read-model.js';
import { sourceOf } from '../statements/statement-source.js';
import { StatementsReadModel } from '../statements/statements.read-model.js';
import type { Side } from './compare.js';
import { findClearTurns } from './queries/find-clear-turns.sql.js';
import { listStatementSlices, type StatementSlicesRow } from './queries/list-statement-slices.sql.js';
import { iso, type EffectWindows, type Window } from './windows.js';

export interface TwoSides {
  /** Of a statement its queryid, of a route method and template. */
  readonly key: string;
  readonly label: string | null;
  readonly text: string | null;
  readonly before: Side;
  readonly after: Side;
}

export interface Sides {
  readonly sides: readonly TwoSides[];
  /** That what came after was looked at for. */
  readonly hoursAfter: number;
}

const HOUR_MS = 3_600_000;
/** Slices of a window at most: enough for a test, and of a hundred routes few enough to be read at once. */
const MAX_SLICES = 45;
export const MAX_STATEMENTS = 1000;

/** What statements and routes took on both sides of a mark. */
export class EffectReads {
  constructor(private readonly runner: QueryRunner) {}

  /** What is not seen of statements, and what would let it be seen. */
  async limits(): Promise<string[]> {
    return sourceOf(await new StatementsReadModel(this.runner).statistics()).limits;
  }

  /** null: pg_stat_statements was not looked at on both sides. */
  async statements({ before, after, byHour }: EffectWindows): Promise<Sides | null> {
    const windows = [rangeOf(before), rangeOf(after)] as const;
    const [clearBefore, clearAfter] = await this.runner.query(findClearTurns({ windows }));
    if (!clearBefore?.clearFrom || !clearAfter?.clearFrom) return null;
    // An hour is a whole: the few minutes of its first look that were before it are part of it.
    const [beforeFrom, afterFrom] = byHour
      ? ([windows[0].from, windows[1].from] as const)
      : ([clearBefore.clearFrom, clearAfter.clearFrom] as const);
    const rows = await this.runner.query(
      listStatementSlices({
        before: { ...windows[0], from: beforeFrom },
        after: { ...windows[1], from: afterFrom },
        stepSeconds: stepSeconds(before, after),
        limit: MAX_STATEMENTS,
      }),
    );
    const hoursAfter = (after.untilMs - Date.parse(afterFrom)) / HOUR_MS;
    return { sides: rows.map(statementSides), hoursAfter };
  }

  async routes({ before, after }: EffectWindows): Promise<Sides> {
    const step = stepSeconds(before, after);
    const [was, is] = [await this.routeSides(before, step), await this.routeSides(after, step)];
    const keys = [...new Set([...was.keys(), ...is.keys()])].sort();
    const sides = keys.map((key) => ({
      key,
      label: null,
      text: null,
      before: was.get(key) ?? noCalls,
      after: is.get(key) ?? noCalls,
    }));
    return { sides, hoursAfter: (after.untilMs - after.fromMs) / HOUR_MS };
  }

  private async routeSides(window: Window, step: number): Promise<Map<string, Side>> {
    const model = new RouteLatencyReadModel(this.runner);
    const range: RouteRange = { ...rangeOf(window), routes: null };
    const means = new Map<string, number[]>();
    for (const { method, route, meanMs } of await model.series(range, step)) {
      const key = `${method} ${route}`;
      if (meanMs !== null) means.set(key, [...(means.get(key) ?? []), meanMs]);
    }
    const all = await model.over(range);
    return new Map(
      all.map(({ method, route, timed, meanMs, p95Ms }) => {
        const key = `${method} ${route}`;
        return [key, { calls: timed, meanMs, p95Ms, sliceMeansMs: means.get(key) ?? [] }];
      }),
    );
  }
}

const rangeOf = ({ fromMs, untilMs }: Window) => ({ from: iso(fromMs), until: iso(untilMs) });

const noCalls: Side = { calls: 0, meanMs: null, p95Ms: null, sliceMeansMs: [] };

const statementSides = (row: StatementSlicesRow): TwoSides => ({
  key: row.queryid,
  label: row.label,
  text: row.text,
  before: { calls: row.callsBefore, meanMs: row.meanBefore, p95Ms: null, sliceMeansMs: row.slicesBefore },
  after: { calls: row.callsAfter, meanMs: row.meanAfter, p95Ms: null, sliceMeansMs: row.slicesAfter },
});

function stepSeconds(before: Window, after: Window): number {
  const longestMs = Math.max(before.untilMs - before.fromMs, after.untilMs - after.fromMs);
  return Math.max(60, Math.ceil(longestMs / 60_000 / MAX_SLICES) * 60);
}
