import { Injectable } from '@nestjs/common';
import type { Author } from '../../../kernel/audit/audit-log.repository.js';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import { validationError } from '../../../kernel/http/validation.js';
import { Operations } from '../../maintenance/index.js';
import type { BaselineBody, BaselineDto } from './dto/baseline.body.js';
import type { PlanTableDto } from './dto/plan-table.dto.js';
import type { ScorecardDto } from './dto/scorecard.dto.js';
import type { PlanTableQuery, ScorecardQuery } from './dto/scorecard.query.js';
import { evaluate } from './evaluate.js';
import { figureNames } from './figures.js';
import { planTable } from './plan-table.js';
import { toBaselineDto, toPlanRowDto, toTargetDto } from './scorecard-dtos.js';
import { ScorecardReadModel, type Period, type RangeRow } from './scorecard.read-model.js';
import { ScorecardRepository } from './scorecard.repository.js';

const DAY_SECONDS = 86_400;
const MAX_DAYS = 400;
const MAX_DAYS_OF_HOURS = 14;
/** Of them the hours are shown, unless something else is asked for. */
const SHORT_DAYS = 3;

/** Whether the database and the server are what they were promised to be. */
@Injectable()
export class ScorecardService {
  constructor(
    private readonly database: Database,
    private readonly operations: Operations,
  ) {}

  /** Throws 400 where the range is empty or too long. */
  scorecard({ from, until, period }: ScorecardQuery): Promise<ScorecardDto> {
    return this.read(async (reads) => {
      const range = await rangeOf(reads, { from, until });
      const results = evaluate(await reads.measurements(range));
      const baseline = await reads.baseline();
      const shown = periodOf(range, period);
      return {
        ...toRangeDto(range),
        limits: await reads.limits(),
        targets: results.map((result) => toTargetDto(result, baseline)),
        over_time: { period: shown, points: await reads.results({ ...range, period: shown }) },
      };
    });
  }

  /** Throws 400 where the range is empty or too long. */
  planTable({ from, until }: Omit<PlanTableQuery, 'format'>): Promise<PlanTableDto> {
    return this.read(async (reads) => {
      const range = await rangeOf(reads, { from, until });
      const rows = planTable(
        await reads.measurements(range),
        await reads.databaseSizeBytes(),
        await reads.baseline(),
      );
      return { ...toRangeDto(range), limits: await reads.limits(), rows: rows.map(toPlanRowDto) };
    });
  }

  baseline(): Promise<BaselineDto> {
    return this.read(async (reads) => {
      const { asOf } = await reads.range({ from: null, until: null });
      return toBaselineDto(asOf, await reads.baseline());
    });
  }

  /** Throws 403 admin_only. */
  async replaceBaseline(author: Author, { source, figures }: BaselineBody): Promise<BaselineDto> {
    await this.operations.recorded(author, async (tx, log) => {
      const before = await new ScorecardReadModel(tx).baseline();
      const rows = figureNames.flatMap((figure) => {
        const value = figures[figure];
        return value === undefined ? [] : [{ figure, ...value, source }];
      });
      await new ScorecardRepository(tx).replaceBaseline(rows, author.userId);
      const after = await new ScorecardReadModel(tx).baseline();
      await log.record({
        ...author,
        action: 'baseline.replaced',
        resourceType: 'baseline',
        resourceId: null,
        name: source,
        ...{ before, after },
      });
    });
    return this.baseline();
  }

  private read<T>(read: (reads: ScorecardReadModel) => Promise<T>): Promise<T> {
    const options = { work: 'background', readOnly: true } as const;
    return this.database.transaction(options, (tx: QueryRunner) => read(new ScorecardReadModel(tx)));
  }
}

async function rangeOf(
  reads: ScorecardReadModel,
  { from, until }: { from: string | undefined; until: string | undefined },
): Promise<RangeRow> {
  const range = await reads.range({ from: from ?? null, until: until ?? null });
  if (range.seconds <= 0) throw validationError('from', 'must be before until');
  if (range.seconds > MAX_DAYS * DAY_SECONDS)
    throw validationError('from', `must be at most ${MAX_DAYS} days before until`);
  return range;
}

function periodOf({ seconds }: RangeRow, period: Period | undefined): Period {
  if (period === 'hour' && seconds > MAX_DAYS_OF_HOURS * DAY_SECONDS)
    throw validationError('period', `must be day for more than ${MAX_DAYS_OF_HOURS} days`);
  return period ?? (seconds <= SHORT_DAYS * DAY_SECONDS ? 'hour' : 'day');
}

const toRangeDto = ({ asOf, from, until }: RangeRow) => ({ as_of: asOf, from, until });
