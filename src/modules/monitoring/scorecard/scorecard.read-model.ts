import type { QueryRunner } from '../../../kernel/database/database.js';
import { RouteLatencyReadModel } from '../requests/route-latency.read-model.js';
import { SamplesReadModel } from '../samples/samples.read-model.js';
import { sourceOf } from '../statements/statement-source.js';
import { StatementsReadModel, type StatementRange } from '../statements/statements.read-model.js';
import { planBaseline, type Baseline } from './figures.js';
import { sampledSeries, type Measurements } from './measures.js';
import { listBaseline } from './queries/list-baseline.sql.js';
import { periods, type Period } from './queries/list-due-periods.sql.js';
import { listResults, type ResultRow } from './queries/list-results.sql.js';
import { readDatabaseSize } from './queries/read-database-size.sql.js';
import { readStatementLoad } from './queries/read-statement-load.sql.js';
import { resolveRange, type RangeRow } from './queries/resolve-range.sql.js';

export { periods, type Period, type RangeRow, type ResultRow };

const QUERY_CANCELED = '57014';
/** Labels come from the code. */
const MAX_ERRORS = 5000;
/** Of twelve targets, some 400 periods. */
export const MAX_RESULTS = 5000;

/** What was measured, and what it was before. */
export class ScorecardReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async range(given: { from: string | null; until: string | null }): Promise<RangeRow> {
    const [range] = await this.runner.query(resolveRange(given));
    if (range === undefined) throw new Error('SELECT without WHERE has given no row');
    return range;
  }

  async measurements({ from, until, seconds }: Omit<RangeRow, 'asOf'>): Promise<Measurements> {
    const routes = await new RouteLatencyReadModel(this.runner).over({ from, until, routes: null });
    const points = await new SamplesReadModel(this.runner).points({
      ...{ series: sampledSeries, objects: [''] },
      ...{ from, until },
    });
    return {
      seconds,
      routes,
      statements: await this.statements({ from, until }),
      statementTimeouts: await this.statementTimeouts({ from, until }),
      samples: new Map(
        sampledSeries.map((series) => [
          series,
          points.filter((point) => point.series === series).map(({ value }) => value),
        ]),
      ),
    };
  }

  private async statements(range: StatementRange): Promise<Measurements['statements']> {
    const [load] = await this.runner.query(readStatementLoad(range));
    if (load === undefined || load.looks === 0) return null;
    const { calls, slowest, slowestMs } = load;
    return {
      calls,
      slowest: slowest === null || slowestMs === null ? null : { name: slowest, meanMs: slowestMs },
    };
  }

  private async statementTimeouts(range: StatementRange): Promise<number> {
    const errors = await new StatementsReadModel(this.runner).errors({ ...range, limit: MAX_ERRORS });
    const timeouts = errors.filter(({ sqlstate }) => sqlstate === QUERY_CANCELED);
    return timeouts.reduce((sum, { count }) => sum + count, 0);
  }

  /** What is not seen of statements, and what would let it be seen. */
  async limits(): Promise<string[]> {
    return sourceOf(await new StatementsReadModel(this.runner).statistics()).limits;
  }

  async databaseSizeBytes(): Promise<number> {
    const [row] = await this.runner.query(readDatabaseSize());
    if (row === undefined) throw new Error('SELECT without WHERE has given no row');
    return row.sizeBytes;
  }

  /** What was imported; of the figures that were not, the plan's. */
  async baseline(): Promise<Baseline> {
    const rows = await this.runner.query(listBaseline());
    const imported = rows.map(({ figure, ...values }) => [figure, values] as const);
    return { ...planBaseline, ...Object.fromEntries(imported) };
  }

  /** The hours or days on record that began in the interval, oldest first; at most MAX_RESULTS. */
  results(which: { period: Period; from: string; until: string }): Promise<ResultRow[]> {
    return this.runner.query(listResults({ ...which, limit: MAX_RESULTS }));
  }
}
