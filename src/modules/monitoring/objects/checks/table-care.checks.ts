import type { QueryRunner } from '../../../../kernel/database/database.js';
import { TableCareReads, type TableCare, type XminHolder } from '../../../maintenance/index.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { monitorLimit } from '../limits.js';
import { sqlName } from '../names.js';
import { ObjectsReadModel } from '../objects.read-model.js';
import { count, percent } from './bounds.js';

export interface DeadRowBounds {
  minRows: number;
  /** Of the dead rows at which autovacuum should have come. */
  minShare: number;
}

/** A minute between two looks and a vacuum under way do not come to half a trigger more, except in small tables. */
export const deadRowBounds: DeadRowBounds = { minRows: 10_000, minShare: 1.5 };

/** An autovacuum that should have come and has not, or has, and could not remove them. */
export class DeadTuplesCheck implements Check {
  readonly name = 'dead-tuples';
  readonly description: string;
  readonly cadence = 'daily';

  constructor(private readonly bounds = deadRowBounds) {
    this.description =
      `Tables with ${count(bounds.minRows)} dead rows or more that are ${percent(bounds.minShare)} or more of what ` +
      'autovacuum waits for, by the settings of the table.';
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const reads = new TableCareReads(runner);
    const found = (await reads.tables()).filter((table) => !table.isSystem && this.isBeyond(table));
    if (found.length === 0) return { findings: [], limits: [] };
    const [holder] = await reads.xminHolders(1);
    const viewer = await new ObjectsReadModel(runner).viewer();
    return {
      findings: found.map((table) => this.finding(table, holder)),
      limits: monitorLimit(viewer, 'which session keeps dead rows from being removed is'),
    };
  }

  private isBeyond({ deadRows, deadTrigger }: TableCare): boolean {
    return deadRows >= this.bounds.minRows && deadRows >= this.bounds.minShare * deadTrigger;
  }

  private finding(table: TableCare, holder: XminHolder | undefined): Finding {
    const { schema, name, deadRows, deadTrigger, rows, vacuumedAt } = table;
    const share = deadRows / Math.max(deadTrigger, 1);
    return {
      object: table.table,
      severity: 'warning',
      title: `${table.table} has ${count(deadRows)} dead rows, ${percent(share)} of what autovacuum waits for`,
      evidence: {
        dead_rows: deadRows,
        bound_dead_rows: Math.max(this.bounds.minRows, Math.ceil(this.bounds.minShare * deadTrigger)),
        autovacuum_trigger_rows: Math.round(deadTrigger),
        rows,
        is_autovacuum_on: table.isAutovacuumOn,
        last_vacuum_at: vacuumedAt,
        oldest_holder: holder === undefined ? null : `${holder.kind} ${holder.name}`,
        oldest_holder_age_transactions: holder?.age ?? null,
      },
      why: 'Reads step over them, index-only scans look each row up, and their room is not used again.',
      fixSql: `VACUUM (ANALYZE) ${sqlName(schema, name)}`,
      advice:
        holder === undefined
          ? 'Vacuum it; where this comes again, let autovacuum come sooner (tune-autovacuum).'
          : `First end ${holder.kind} ${holder.name}, if the rows are younger than its snapshot: no VACUUM may remove what it still sees.`,
      action: { job: 'vacuum', parameters: {} },
    };
  }
}

/** Small tables can do without. */
const MIN_ROWS = 1000;

export class AutovacuumOffCheck implements Check {
  readonly name = 'autovacuum-off';
  readonly description: string;
  readonly cadence = 'daily';

  constructor(private readonly minRows = MIN_ROWS) {
    this.description = `Autovacuum is off, for the server or for a table that has seen ${count(minRows)} rows or more.`;
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const server = await new ObjectsReadModel(runner).autovacuum();
    const tables = (await new TableCareReads(runner).tables()).filter(
      ({ isAutovacuumOn, isSystem, rows, deadRows, changesSinceAnalyze }) =>
        !isAutovacuumOn && !isSystem && Math.max(rows, deadRows, changesSinceAnalyze) >= this.minRows,
    );
    return {
      findings: [
        ...(server.isOn ? [] : [serverFinding('autovacuum')]),
        ...(server.isCounting ? [] : [serverFinding('track_counts')]),
        ...tables.map((table) => this.finding(table)),
      ],
      limits: [],
    };
  }

  private finding({ table, schema, name, rows, deadRows, vacuumedAt, analyzedAt }: TableCare): Finding {
    return {
      object: table,
      severity: 'warning',
      title: `Autovacuum is turned off for ${table}, which has ${count(rows)} rows and ${count(deadRows)} dead ones`,
      evidence: {
        autovacuum_enabled: false,
        rows,
        dead_rows: deadRows,
        bound_rows: this.minRows,
        last_vacuum_at: vacuumedAt,
        last_analyze_at: analyzedAt,
      },
      why: 'Dead rows stay, plans are made from old statistics, and wraparound is the first to bring a VACUUM, at any hour.',
      fixSql: `ALTER TABLE ${sqlName(schema, name)} RESET (autovacuum_enabled)`,
      advice:
        'Turn it on again; a table that is too busy for it needs smaller triggers, not none (tune-autovacuum).',
      action: null,
    };
  }
}

const serverFinding = (setting: 'autovacuum' | 'track_counts'): Finding => ({
  object: setting,
  severity: 'critical',
  title: `${setting} is off: no table is vacuumed or analyzed by itself`,
  evidence: { setting, value: 'off', bound: 'on' },
  why: 'Dead rows and old plans add up everywhere, until wraparound forces a VACUUM of everything at once.',
  fixSql: `ALTER SYSTEM SET ${setting} = on`,
  advice: 'Set it, then SELECT pg_reload_conf(); no restart is needed.',
  // The advisor has no say in track_counts.
  action: setting === 'autovacuum' ? { job: 'apply-setting', parameters: { name: setting } } : null,
});
