import type { Database, QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { HypotheticalIndexReads, type IndexTrial } from '../hypothetical-index.reads.js';
import { columnList, plainName, sqlName } from '../names.js';
import { ObjectsReadModel, type UnindexedKeyRow } from '../objects.read-model.js';
import { count, megabytes } from './bounds.js';

export interface KeyBounds {
  /** Of the referencing table, where rows of the referenced one are deleted. */
  minRows: number;
  /** Where none was yet: the first DELETE reads it all. */
  minRowsUndeleted: number;
}

/** Ten thousand rows are read in a millisecond or two, a million in a tenth of a second, with a lock on the deleted row. */
export const keyBounds: KeyBounds = { minRows: 10_000, minRowsUndeleted: 1_000_000 };

/** Updates of the referenced table count for nothing: keys hardly ever change, and only then is the other table read. */
export class ForeignKeyWithoutIndexCheck implements Check {
  readonly name = 'foreign-key-without-index';
  readonly description: string;
  readonly cadence = 'weekly';

  constructor(
    private readonly database: Pick<Database, 'transaction'>,
    private readonly bounds = keyBounds,
  ) {
    this.description =
      `Foreign keys that no index begins with, of tables with ${count(bounds.minRows)} rows or more whose referenced table ` +
      `sees deletes, or with ${count(bounds.minRowsUndeleted)} or more.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const keys = (await new ObjectsReadModel(runner).unindexedKeys()).filter((key) => this.isWorthIt(key));
    if (keys.length === 0) return { findings: [], limits: [] };
    const { trials, limits } = await this.try(keys);
    return { findings: keys.map((key, index) => this.finding(key, trials[index] ?? null)), limits };
  }

  private isWorthIt({ rows, parentDeletes }: UnindexedKeyRow): boolean {
    return rows >= this.bounds.minRowsUndeleted || (rows >= this.bounds.minRows && parentDeletes > 0);
  }

  private try(keys: readonly UnindexedKeyRow[]) {
    return this.database.transaction({ work: 'background', readOnly: true }, (tx) =>
      new HypotheticalIndexReads(tx).tryAll(keys),
    );
  }

  private finding(key: UnindexedKeyRow, trial: IndexTrial | null): Finding {
    const { constraint, table, rows, parent, parentDeletes, columns } = key;
    const isTaken = trial?.isTaken ?? null;
    const bound = parentDeletes > 0 ? this.bounds.minRows : this.bounds.minRowsUndeleted;
    return {
      object: `${table} ${plainName(constraint)}`,
      severity: parentDeletes > 0 && isTaken !== false ? 'warning' : 'info',
      title: `${plainName(constraint)}: no index of ${table} (${count(rows)} rows) begins with ${columns.join(', ')}, and ${count(parentDeletes)} rows of ${parent} were deleted`,
      evidence: {
        rows: Math.round(rows),
        bound_rows: bound,
        size_bytes: key.bytes,
        referenced_table: parent,
        referenced_rows: Math.round(key.parentRows),
        referenced_size_bytes: key.parentBytes,
        referenced_deletes: parentDeletes,
        columns: columns.join(', '),
        planner_takes_index: isTaken,
        cost_without: trial?.costWithout ?? null,
        cost_with: trial?.costWith ?? null,
        index_size_bytes_estimated: trial?.sizeBytes ?? null,
      },
      why: `Each DELETE in ${parent}, and each change of its key, reads all of ${table} (${megabytes(key.bytes)}) to look for rows that refer to it.`,
      ...fixOf(key),
      action: null,
    };
  }
}

function fixOf({
  schema,
  name,
  columns,
  isPartitioned,
}: UnindexedKeyRow): Pick<Finding, 'fixSql' | 'advice'> {
  const on = `${sqlName(schema, name)} (${columnList(columns)})`;
  if (isPartitioned)
    return {
      fixSql: null,
      advice: `CREATE INDEX … ON ONLY ${on}, then CREATE INDEX CONCURRENTLY on each partition, and ALTER INDEX … ATTACH PARTITION.`,
    };
  return {
    fixSql: `CREATE INDEX CONCURRENTLY ON ${on}`,
    advice:
      'Build it beside readers and writers; if the build is interrupted, drop the invalid index that it leaves.',
  };
}
