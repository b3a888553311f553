import { Injectable } from '@nestjs/common';
import { Database, type QueryRunner } from '../../../kernel/database/database.js';
import { DedicatedSessions } from '../../../kernel/database/dedicated-session.js';
import { SLOW_MS, assertRange } from './dto/statements.query.js';
import type {
  RegressedQuery,
  SlowStatementsQuery,
  StatementQuery,
  StatementsRangeQuery,
} from './dto/statements.query.js';
import type {
  NewStatementsDto,
  PlanChangesDto,
  RegressedStatementsDto,
  SlowStatementsDto,
  StatementDto,
  StatementErrorsDto,
  StatementPlanDto,
} from './dto/statements.dto.js';
import { GenericPlanReads } from './generic-plan.reads.js';
import { shapeOf } from './plan-shape.js';
import { errorOf, figuresOf, planOf, statementOf } from './statement-dtos.js';
import { sourceOf } from './statement-source.js';
import { noPlan, statementNotFound } from './statements.errors.js';
import { StatementsReadModel, type CoverageRow, type KnownTextRow } from './statements.read-model.js';

const HOURS = 24;
const BASELINE_MS = 7 * 24 * 3_600_000;
const MAX_POINTS = 300;
const PLANS = 10;
const STEPS_SECONDS = [300, 900, 3600, 4 * 3600, 24 * 3600] as const;

interface Known {
  reads: StatementsReadModel;
  range: { from: string; until: string };
  coverage: CoverageRow;
  about: { as_of: string; from: string; until: string; limits: string[] };
}

/** What statements cost, from what the collector has kept. */
@Injectable()
export class StatementsService {
  constructor(
    private readonly database: Database,
    private readonly sessions: DedicatedSessions,
  ) {}

  slow({ order, min_mean_ms, limit, ...asked }: SlowStatementsQuery): Promise<SlowStatementsDto> {
    return this.look(asked, async ({ reads, range, about }) => {
      const minMeanMs = min_mean_ms ?? (order === 'mean' ? SLOW_MS : 0);
      const statements = await reads.ranked({ ...range, order, minMeanMs, limit, queryid: null });
      const failed = await reads.errors({ ...range, limit });
      return { ...about, statements: statements.map(statementOf), failed: failed.map(errorOf) };
    });
  }

  regressed({
    limit,
    min_calls,
    min_ms,
    min_ratio,
    ...asked
  }: RegressedQuery): Promise<RegressedStatementsDto> {
    return this.look(asked, async ({ reads, range, about }) => {
      const baseline = {
        until: asked.baseline_until ?? range.from,
        from: asked.baseline_from ?? new Date(Date.parse(range.from) - BASELINE_MS).toISOString(),
      };
      assertRange(baseline.from, baseline.until, 'baseline_until');
      const bounds = { range, baseline, minCalls: min_calls, minMs: min_ms, minRatio: min_ratio, limit };
      const found = await reads.regressed(bounds);
      return {
        ...about,
        baseline_from: baseline.from,
        baseline_until: baseline.until,
        statements: found.map((row) => ({
          ...{ queryid: row.queryid, label: row.label, text: row.text, is_toplevel: row.isToplevel },
          ...{ calls: row.calls, mean_ms: row.meanMs, ratio: row.ratio, lost_ms: row.lostMs },
          baseline_calls: row.baselineCalls,
          baseline_mean_ms: row.baselineMeanMs,
        })),
      };
    });
  }

  fresh({ limit, ...asked }: StatementsRangeQuery): Promise<NewStatementsDto> {
    return this.look(asked, async ({ reads, range, about }) => ({
      ...about,
      statements: (await reads.fresh({ ...range, limit })).map((row) => ({
        ...{ queryid: row.queryid, label: row.label, text: row.text, first_seen_at: row.firstSeenAt },
        ...figuresOf(row),
      })),
    }));
  }

  errors({ limit, ...asked }: StatementsRangeQuery): Promise<StatementErrorsDto> {
    return this.look(asked, async ({ reads, range, about, coverage }) => ({
      ...about,
      deadlocks: coverage.deadlocks,
      errors: (await reads.errors({ ...range, limit })).map(errorOf),
    }));
  }

  planChanges({ limit, ...asked }: StatementsRangeQuery): Promise<PlanChangesDto> {
    return this.look(asked, async ({ reads, range, about }) => ({
      ...about,
      changes: (await reads.plans({ ...range, queryid: null, changesOnly: true, limit })).map(planOf),
    }));
  }

  /** Throws 404. */
  find(queryid: string, asked: StatementQuery): Promise<StatementDto> {
    return this.look(asked, async ({ reads, range, about, coverage }) => {
      const known = await reads.text(queryid);
      if (known === undefined) throw statementNotFound();
      const stepSeconds = stepOf(coverage.seconds);
      const all = { ...range, order: 'total', minMeanMs: 0, limit: 2, queryid } as const;
      return {
        ...about,
        ...{ queryid, label: known.label, text: known.text, kind: known.kind, is_gone: known.isGone },
        ...{ is_masked: known.isMasked, is_truncated: known.isTruncated, first_seen_at: known.firstSeenAt },
        totals: (await reads.ranked(all)).map(statementOf),
        step_seconds: stepSeconds,
        series: (await reads.series({ ...range, queryid, stepSeconds })).map((row) => ({
          at: row.at,
          ...figuresOf(row),
        })),
        plans: (await reads.plans({ ...range, queryid, changesOnly: false, limit: PLANS })).map(planOf),
      };
    });
  }

  /** The plan for any values, asked for now. Throws 404, and 409 where there is none. */
  async plan(queryid: string): Promise<StatementPlanDto> {
    const known = await new StatementsReadModel(this.database).text(queryid);
    if (known === undefined) throw statementNotFound();
    const text = textToPlan(known);
    const session = await this.sessions.connect('explain');
    try {
      const plan = await new GenericPlanReads(session).plan(text);
      const { asOf } = await new StatementsReadModel(session).coverage({
        from: null,
        until: null,
        hours: HOURS,
      });
      return { as_of: asOf, limits: [], queryid, ...shapeOf(plan), plan };
    } finally {
      await session.close();
    }
  }

  /** All that an answer is made of, in one snapshot. */
  private look<T>(asked: StatementQuery, answer: (known: Known) => Promise<T>): Promise<T> {
    const options = { work: 'background', readOnly: true, snapshot: true } as const;
    return this.database.transaction(options, async (tx) => answer(await lookAt(tx, asked)));
  }
}

async function lookAt(tx: QueryRunner, { from, until }: StatementQuery): Promise<Known> {
  const reads = new StatementsReadModel(tx);
  const coverage = await reads.coverage({ from: from ?? null, until: until ?? null, hours: HOURS });
  const range = { from: coverage.from, until: coverage.until };
  assertRange(range.from, range.until);
  const { limits } = sourceOf(await reads.statistics());
  const about = { as_of: coverage.asOf, ...range, limits: [...limits, ...limitsOf(coverage)] };
  return { reads, range, coverage, about };
}

function limitsOf({ firstTurnAt, beginsBefore, evictions, maxEntries, byHour }: CoverageRow): string[] {
  if (firstTurnAt === null) return ['Nothing has been collected yet: the collector looks every 5 minutes.'];
  return [
    ...(beginsBefore ? [`What ran before ${firstTurnAt} is not known: collecting began then.`] : []),
    ...(byHour ? ['Of turns older than 3 days only the sums of whole hours are kept.'] : []),
    ...(evictions > 0
      ? [
          `pg_stat_statements has thrown entries out ${evictions} times in this range, and what they did since the last ` +
            `turn with them: raise pg_stat_statements.max, which is ${maxEntries ?? 'unknown'}.`,
        ]
      : []),
  ];
}

function textToPlan({ text, kind, isMasked, isTruncated }: KnownTextRow): string {
  if (text === null) throw noPlan.unknown();
  if (kind === 'utility') throw noPlan.utility();
  if (isTruncated) throw noPlan.truncated();
  if (isMasked) throw noPlan.masked();
  return text;
}

/** The finest of so many points at most. */
const stepOf = (seconds: number): number =>
  STEPS_SECONDS.find((step) => seconds / step <= MAX_POINTS) ?? (STEPS_SECONDS.at(-1) as number);
