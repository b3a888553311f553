import { DomainError } from '../../../../kernel/errors/domain-error.js';
import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { BloatBounds, BloatDto, BloatService } from '../../../maintenance/index.js';
import type { Check, CheckResult } from '../../checks/check.js';
import { hiddenTablesLimit } from '../limits.js';
import { plainName, sqlName } from '../names.js';
import { ObjectsReadModel } from '../objects.read-model.js';
import { megabytes, percent } from './bounds.js';

type Reports = Pick<BloatService, 'report'>;

interface Looked {
  bloat: BloatDto;
  limits: string[];
}

const NOTHING = Number.MAX_SAFE_INTEGER;

/** Measured where pgstattuple is ours to call: that reads what the estimate calls bloated, and nothing else. */
async function look(service: Reports, bounds: BloatBounds, runner: QueryRunner): Promise<Looked> {
  const largeBytes = Math.min(bounds.tables.minBytes, bounds.indexes.minBytes);
  const limits = hiddenTablesLimit(await new ObjectsReadModel(runner).viewer(largeBytes));
  try {
    return { bloat: await service.report(true, bounds), limits };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'database_unavailable') throw error;
    const why = 'pgstattuple did not come to its end, so the bloat is an estimate';
    return { bloat: await service.report(false, bounds), limits: [...limits, why] };
  }
}

const evidenceOf = (bloat: BloatDto['tables'][number], { minBytes, minRatio }: BloatBounds['tables']) => ({
  wasted_bytes: bloat.wasted_bytes,
  bound_wasted_bytes: minBytes,
  wasted_ratio: Math.round(1000 * bloat.wasted_ratio) / 1000,
  bound_wasted_ratio: minRatio,
  size_bytes: bloat.size_bytes,
  source: bloat.source,
});

const boundText = ({ minBytes, minRatio }: BloatBounds['tables']) =>
  `${percent(minRatio)} of their size and ${megabytes(minBytes)}`;

export class IndexBloatCheck implements Check {
  readonly name = 'index-bloat';
  readonly description: string;
  readonly cadence = 'weekly';

  constructor(
    private readonly service: Reports,
    private readonly bounds: BloatBounds,
  ) {
    this.description = `B-trees that waste ${boundText(bounds.indexes)} or more.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const tables = { minBytes: NOTHING, minRatio: 1 };
    const { bloat, limits } = await look(this.service, { ...this.bounds, tables }, runner);
    const findings = bloat.indexes.map((one) => ({
      object: plainName(one.schema, one.index),
      severity: 'warning' as const,
      title: `${plainName(one.schema, one.index)} wastes ${megabytes(one.wasted_bytes)} of ${megabytes(one.size_bytes)}`,
      evidence: evidenceOf(one, this.bounds.indexes),
      why: 'Half empty pages take memory from full ones, and scans read more of them.',
      fixSql: `REINDEX INDEX CONCURRENTLY ${sqlName(one.schema, one.index)}`,
      advice: 'Rebuild it beside readers and writers; that takes its size in disk once more.',
      action: { job: 'rebuild-index', parameters: { schema: one.schema, index: one.index } },
    }));
    return { findings, limits };
  }
}

export class TableBloatCheck implements Check {
  readonly name = 'table-bloat';
  readonly description: string;
  readonly cadence = 'weekly';

  constructor(
    private readonly service: Reports,
    private readonly bounds: BloatBounds,
  ) {
    this.description = `Tables that waste ${boundText(bounds.tables)} or more.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const indexes = { minBytes: NOTHING, minRatio: 1 };
    const { bloat, limits } = await look(this.service, { ...this.bounds, indexes }, runner);
    const findings = bloat.tables.map((one) => ({
      object: plainName(one.schema, one.table),
      severity: 'warning' as const,
      title: `${plainName(one.schema, one.table)} wastes ${megabytes(one.wasted_bytes)} of ${megabytes(one.size_bytes)}`,
      evidence: evidenceOf(one, this.bounds.tables),
      why: 'Scans read what is empty, and it takes memory and disk from what is not.',
      fixSql: null,
      advice:
        'New rows fill it again in time. Sooner: rebuild-bloated repacks it beside readers and writers where pg_repack is ' +
        'installed; VACUUM FULL keeps both waiting for as long as it takes, so only in a window (rewrite-tables).',
      action: { job: 'rebuild-bloated', parameters: {} },
    }));
    return { findings, limits };
  }
}
