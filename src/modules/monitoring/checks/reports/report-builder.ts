import { Injectable, Logger } from '@nestjs/common';
import type { QueryRunner } from '../../../../kernel/database/database.js';
import { TaskErrors } from '../../../../kernel/tasks/task-errors.js';
import { IndexEvidenceService } from '../../../maintenance/index.js';
import { CheckSet } from '../check-set.js';
import { ChecksReadModel, limitsOf, type FindingCountRow } from '../checks.read-model.js';
import { ChecksRepository } from '../checks.repository.js';
import type { Transactions } from '../evaluator.js';
import { toFindingDto } from '../findings/finding-dto.js';
import { FindingsReadModel } from '../findings/findings.read-model.js';
import { SettingsReadModel } from '../settings/settings.read-model.js';
import type { ReportContent } from './dto/report.dto.js';
import { FiguresReadModel } from './figures.read-model.js';
import { ReportsReadModel, type ChangeRow, type StoredReport } from './reports.read-model.js';
import type { ReportCadence } from './reports.repository.js';

const MOST_FINDINGS = 200;
const MOST_CHANGES = 200;
const TOP = 20;
/** What was seen shortly before a report may have been stored after it: longer than a look takes. */
const LATE_MS = 600_000;

type Figures = ReportContent['figures'];

/** Puts together what an operator is to read every day or week. */
@Injectable()
export class ReportBuilder {
  private readonly errors = new TaskErrors(new Logger('check reports'));

  constructor(
    private readonly evidence: IndexEvidenceService,
    private readonly set: CheckSet,
  ) {}

  async build(
    cadence: ReportCadence,
    session: Transactions,
  ): Promise<{ createdAt: string; content: ReportContent }> {
    const limits: string[] = [];
    const figures = await this.figures(session, limits);
    return session.transaction({ readOnly: true, snapshot: true }, async (tx) => {
      const createdAt = await new ChecksRepository(tx).clock();
      const previous = await new ReportsReadModel(tx).find({ latestOf: cadence });
      const looks = await new ChecksReadModel(tx).looks();
      const open = await new FindingsReadModel(tx).list({
        ...{ state: 'open', severity: undefined, check: undefined, order: 'worst' },
        limit: MOST_FINDINGS,
      });
      return {
        createdAt,
        content: {
          limits: [...limitsOf(looks), ...limits],
          previous_id: previous?.id ?? null,
          counts: countsOf(await new ChecksReadModel(tx).counts()),
          changes: await changesSince(previous, tx),
          findings: open.map(toFindingDto),
          checks: this.set.checks.map(({ name, cadence: every }) => {
            const look = looks.find((one) => one.name === name);
            return {
              ...{ name, cadence: every },
              evaluated_at: look?.evaluatedAt ?? null,
              error: look?.error ?? null,
            };
          }),
          figures,
        },
      };
    });
  }

  private async figures(session: Transactions, limits: string[]): Promise<Figures> {
    const read = <T>(what: string, none: T, ask: (tx: QueryRunner) => Promise<T>): Promise<T> =>
      session.transaction({ readOnly: true }, ask).catch((error: unknown) => {
        limits.push(`There are no figures of ${what}: ${this.errors.report(error).code}`);
        return none;
      });
    return {
      database: await read('the database', null, (tx) => new FiguresReadModel(tx).database()),
      tables: await read('dead tuples', [], deadTuples),
      // Asks the replicas too, on connections of its own.
      unused_indexes: await read('unused indexes', [], () => this.unusedIndexes(limits)),
      statements: await read('statements', [], (tx) => slowestStatements(tx, limits)),
    };
  }

  private async unusedIndexes(limits: string[]): Promise<Figures['unused_indexes']> {
    const { proposals, notes } = await this.evidence.evidence();
    limits.push(...notes);
    return proposals
      .filter(({ kind }) => kind === 'unused')
      .map(({ schema, table, index, size_bytes, reason }) => ({ schema, table, index, size_bytes, reason }));
  }
}

function countsOf(rows: readonly FindingCountRow[]): ReportContent['counts'] {
  const counts = { critical: 0, warning: 0, info: 0, ignored: 0 };
  for (const { state, severity, count } of rows) counts[state === 'open' ? severity : state] += count;
  return counts;
}

async function changesSince(
  previous: StoredReport | undefined,
  tx: QueryRunner,
): Promise<ReportContent['changes']> {
  const since = previous && new Date(Date.parse(previous.createdAt) - LATE_MS).toISOString();
  const told = new Set(
    previous?.content.changes.map(({ finding_id, kind, at }) => `${finding_id} ${kind} ${at}`),
  );
  const rows = await new ReportsReadModel(tx).changes(since ?? null, MOST_CHANGES);
  return rows.map(toChange).filter(({ finding_id, kind, at }) => !told.has(`${finding_id} ${kind} ${at}`));
}

const toChange = ({ findingId, kind, check, object, severity, title, at }: ChangeRow) => ({
  finding_id: findingId,
  ...{ kind, check, object, severity, title, at },
});

async function deadTuples(tx: QueryRunner): Promise<Figures['tables']> {
  const rows = await new FiguresReadModel(tx).deadTuples(TOP);
  return rows.map((row) => ({
    schema: row.schema,
    table: row.table,
    live_tuples: row.liveTuples,
    dead_tuples: row.deadTuples,
    last_vacuum: row.lastVacuum,
    last_autovacuum: row.lastAutovacuum,
  }));
}

async function slowestStatements(tx: QueryRunner, limits: string[]): Promise<Figures['statements']> {
  const rows = await new FiguresReadModel(tx).slowestStatements(TOP);
  if (rows === null) {
    limits.push(
      'There are no figures of statements: pg_stat_statements is not loaded, or not in this database',
    );
    return [];
  }
  const { role, seesAllStatistics } = await new SettingsReadModel(tx).role();
  if (!seesAllStatistics) limits.push(`Statements of other roles are not shown: GRANT pg_monitor TO ${role}`);
  return rows.map((row) => ({
    query_id: row.queryId,
    calls: row.calls,
    mean_ms: row.meanMs,
    max_ms: row.maxMs,
    total_ms: row.totalMs,
    text: row.text,
  }));
}
