import pg from 'pg';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Sql } from '../../src/kernel/database/sql.js';
import type { FoldSession } from '../../src/modules/statistics/fold.js';
import type { OwnSession } from './own-session.js';

/** EXPLAIN's node, as far as it is looked at. */
export interface PlanNode {
  'Node Type': string;
  Strategy?: string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Subplan Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

export interface Explained {
  label: string;
  plan: PlanNode;
}

/** Runs statements on the session, and keeps of each the plan and its rows: of a run whose writes are taken back. */
export class ExplainedSession implements QueryRunner, FoldSession {
  readonly explained: Explained[] = [];

  constructor(private readonly session: OwnSession) {}

  query<Row>(statement: Sql<Row>): Promise<Row[]> {
    return this.session.transaction({}, (tx) => this.explainAndRun(statement, tx));
  }

  transaction: FoldSession['transaction'] = (options, run) =>
    this.session.transaction(options, (tx) =>
      run({ query: (statement) => this.explainAndRun(statement, tx) }),
    );

  private async explainAndRun<Row>(statement: Sql<Row>, tx: QueryRunner): Promise<Row[]> {
    if (statement.isPlannedByValues) throw new Error(`${statement.label} is a statement of the fallback`);
    const { run } = this.session;
    await run('SAVEPOINT explained');
    await run(`PREPARE explained AS ${statement.text}`);
    const values = statement.values.map(literal).join(', ');
    const [row] = await run<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) EXECUTE explained ${values === '' ? '' : `(${values})`}`,
    );
    await run('DEALLOCATE explained');
    await run('ROLLBACK TO explained');
    if (row === undefined) throw new Error('EXPLAIN gave no row');
    this.explained.push({ label: statement.label, plan: row['QUERY PLAN'][0].Plan });
    return tx.query(statement);
  }
}

/** EXECUTE takes no bound parameters. A literal without a type gets the parameter's, as a bound one does. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value))
    return pg.escapeLiteral(`{${value.map((each) => JSON.stringify(`${each}`)).join(',')}}`);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return pg.escapeLiteral(`${value}`);
  throw new Error('no statement binds an object');
}
