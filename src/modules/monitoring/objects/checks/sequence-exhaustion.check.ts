import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { unreadSequencesLimit } from '../limits.js';
import { ObjectsReadModel, type SequenceRow } from '../objects.read-model.js';
import { count, percent } from './bounds.js';

const WARNING_SHARE = 0.75;
const CRITICAL_SHARE = 0.9;
const MOST = 10_000;

export class SequenceExhaustionCheck implements Check {
  readonly name = 'sequence-exhaustion';
  readonly description = `Sequences that have used ${percent(WARNING_SHARE)} or more of what they, or the type of their column, can give.`;
  readonly cadence = 'daily';

  async find(runner: QueryRunner): Promise<CheckResult> {
    const objects = new ObjectsReadModel(runner);
    const sequences = await objects.sequences({ limit: MOST, offset: 0 });
    const unread = sequences.filter(({ mayRead }) => !mayRead).map(({ sequence }) => sequence);
    const { role } = await objects.viewer();
    return {
      findings: sequences.flatMap((row) => findingOf(row)),
      limits: unreadSequencesLimit(unread, role),
    };
  }
}

function findingOf(row: SequenceRow): Finding[] {
  const { sequence, usedShare, lastValue, end, ownEnd, left } = row;
  if (usedShare === null || usedShare < WARNING_SHARE) return [];
  const isCritical = usedShare >= CRITICAL_SHARE;
  return [
    {
      object: sequence,
      severity: isCritical ? 'critical' : 'warning',
      title: `${sequence} has used ${percent(usedShare)} of its values: ${lastValue} of ${end}${ofColumn(row)}`,
      evidence: {
        last_value: lastValue,
        end,
        own_end: ownEnd,
        used_ratio: Math.round(10_000 * usedShare) / 10_000,
        bound_used_ratio: isCritical ? CRITICAL_SHARE : WARNING_SHARE,
        left_values: left,
        table: row.table,
        column: row.column,
        column_type: row.columnType,
      },
      why: 'At its end every INSERT that takes a value from it fails.',
      ...fixOf(row),
      action: null,
    },
  ];
}

const ofColumn = ({ table, column, columnType }: SequenceRow) =>
  table === null || column === null ? '' : ` (${table}.${column}, ${columnType})`;

function fixOf(row: SequenceRow): Pick<Finding, 'fixSql' | 'advice'> {
  const { sequence, end, ownEnd, table, column, left } = row;
  const isCapped = end === ownEnd;
  // The type of the column is wider than the sequence: widening it is a change of the catalog only.
  if (isCapped && row.columnType === 'bigint')
    return { fixSql: `ALTER SEQUENCE ${sequence} AS bigint`, advice: 'Let it go on to the end of bigint.' };
  if (table === null)
    return {
      fixSql: isCapped ? `ALTER SEQUENCE ${sequence} AS bigint NO MAXVALUE NO MINVALUE` : null,
      advice: 'Who takes values from it must be ready for larger ones.',
    };
  return {
    fixSql: null,
    advice:
      `${count(left ?? 0)} values are left. Add a bigint column beside ${table}.${column}, keep it equal by a trigger, fill it in ` +
      'batches, and exchange the two in one short transaction; ALTER COLUMN … TYPE bigint keeps everybody waiting while it ' +
      'writes the table anew. Columns that refer to it need the same.',
  };
}
