import type pg from 'pg';
import { sessionSettings } from './connection.js';
import { inSpan } from '../telemetry/tracing.js';
import { breaksConnection, sqlState } from './database-error.js';
import { requestContext } from './request-context.js';
import type { Sql } from './sql.js';
import type { StatementErrors } from './statement-errors.js';

/** Decides the statement time-out: what a user waits for, what runs behind, what may take hours. */
export type WorkClass = 'interactive' | 'background' | 'maintenance';

export interface TransactionOptions {
  work?: WorkClass;
  /** One snapshot for all statements: REPEATABLE READ. */
  snapshot?: boolean;
  readOnly?: boolean;
  /** Nothing of it is to stay, however it ends. */
  rollsBack?: boolean;
}

/** Runs statements; what it throws is a DomainError that is safe to tell (503 when the database is away). */
export interface QueryRunner {
  query<Row>(statement: Sql<Row>): Promise<Row[]>;
}

/**
 * How statements go over a connection. `none`: it is PostgreSQL's own, statements are prepared by name and the session has
 * its settings. `transaction`: a pooler lends a session for one transaction only; nothing may be left on it or expected
 * from it.
 */
export type Pooler = 'none' | 'transaction';

/** Sends statements over connections that have the options of connectionOptions. Throws what the driver threw. */
export class Wire {
  constructor(
    private readonly statementTimeoutMs: Readonly<Record<WorkClass, number>>,
    readonly pooler: Pooler,
    private readonly errors?: Pick<StatementErrors, 'record'>,
  ) {}

  /** One statement in its own transaction; `moment` is the node's where that is not now. */
  query<Row>(client: pg.ClientBase, statement: Sql<Row>, moment?: string): Promise<Row[]> {
    if (this.pooler === 'none') return this.send(client, statement, moment);
    return this.transaction(client, {}, (tx) => tx.query(statement), moment);
  }

  /** All of `run` in one transaction. */
  async transaction<T>(
    client: pg.ClientBase,
    options: TransactionOptions,
    run: (tx: QueryRunner) => Promise<T>,
    moment?: string,
  ): Promise<T> {
    await exchange(client, this.beginText(options));
    try {
      const result = await run({ query: (statement) => this.send(client, statement, moment) });
      await exchange(client, options.rollsBack === true ? 'ROLLBACK' : 'COMMIT');
      return result;
    } catch (error) {
      // A connection that cannot roll back is closed by its release, which rolls back too.
      if (!breaksConnection(error)) await exchange(client, 'ROLLBACK');
      throw error;
    }
  }

  private beginText({
    work = 'interactive',
    snapshot = false,
    readOnly = false,
  }: TransactionOptions): string {
    const isolation = snapshot ? 'REPEATABLE READ' : 'READ COMMITTED';
    const access = readOnly ? 'READ ONLY' : 'READ WRITE';
    // SET LOCAL ends with the transaction, so it also holds behind a pooler.
    const settings = [
      ['statement_timeout', this.statementTimeoutMs[work]],
      ...(this.pooler === 'none' ? [] : pooledSettings),
    ];
    return [
      `BEGIN ISOLATION LEVEL ${isolation} ${access}`,
      ...settings.map(([name, value]) => `SET LOCAL ${name} = ${value}`),
    ].join('; ');
  }

  private async send<Row>(client: pg.ClientBase, statement: Sql<Row>, moment?: string): Promise<Row[]> {
    try {
      return await inSpan(spanOf(statement), () => this.sendAsIs(client, statement, moment));
    } catch (error) {
      this.errors?.record(statement.label, error);
      throw error;
    }
  }

  private sendAsIs<Row>(
    client: pg.ClientBase,
    statement: Sql<Row>,
    moment: string | undefined,
  ): Promise<Row[]> {
    const { name, text, isPlannedByValues = false, isAlone = false } = statement;
    const values = valuesAt(statement, moment);
    if (isPlannedByValues) return this.sendPlannedByValues(client, { text, values });
    const isNamed = name !== '' && this.pooler === 'none';
    const query = {
      ...(isNamed ? { name } : {}),
      ...(isAlone ? { queryMode: 'extended' } : {}),
      text,
      values,
    };
    return exchange<Row>(client, query);
  }

  // plan_cache_mode holds for a statement without a name too. A transaction that has failed takes its SET back by itself.
  private async sendPlannedByValues<Row>(
    client: pg.ClientBase,
    statement: { text: string; values: unknown[] },
  ): Promise<Row[]> {
    const [set, reset] =
      this.pooler === 'none'
        ? ['SET plan_cache_mode = force_custom_plan', 'RESET plan_cache_mode']
        : [
            'SET LOCAL plan_cache_mode = force_custom_plan',
            `SET LOCAL plan_cache_mode = ${sessionSettings.plan_cache_mode}`,
          ];
    await exchange(client, set);
    try {
      return await exchange<Row>(client, statement);
    } finally {
      await exchange(client, reset).catch(() => undefined);
    }
  }
}

/** By the statement's label: neither its text nor its values. */
const spanOf = ({ label }: Sql<unknown>) => ({
  name: label,
  attributes: { 'db.system.name': 'postgresql', 'db.query.summary': label },
  codeOf: (error: unknown) => sqlState(error) ?? 'connection',
});

/** Sends it, and adds what it takes to the request that it is for. Text alone, such as BEGIN, is no statement of ours. */
async function exchange<Row>(client: pg.ClientBase, query: string | pg.QueryConfig): Promise<Row[]> {
  const context = requestContext.getStore();
  const startedAt = performance.now();
  let rows = 0;
  try {
    const result = await client.query(query);
    rows = result.rowCount ?? 0;
    return result.rows as Row[];
  } finally {
    context?.cost.add(performance.now() - startedAt, rows, typeof query === 'string' ? 0 : 1);
  }
}

const pooledSettings = Object.entries(sessionSettings).map(([name, value]) => [name, `'${value}'`] as const);

function valuesAt({ values, momentsAt = [] }: Sql<unknown>, moment: string | undefined): unknown[] {
  const bound = [...values];
  if (moment !== undefined) for (const index of momentsAt) bound[index] = moment;
  return bound;
}

/** Runs statements whose best plan depends on their values, such as those that read a tenant's whole history. */
export const planningByValues = (runner: QueryRunner): QueryRunner => ({
  query: (statement) => runner.query({ ...statement, isPlannedByValues: true }),
});
