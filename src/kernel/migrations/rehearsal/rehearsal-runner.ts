import type { DataSource, QueryRunner } from 'typeorm';
import { sqlState } from '../../database/database-error.js';
import { setContext, type MigrationContext } from '../settings.js';
import type { Rehearsal, RehearsedStatement } from './rehearsal.js';
import { splitStatements } from './sql-tokens.js';
import { classify } from './statement-class.js';

const READ_ONLY_TRANSACTION = '25006';

export interface RehearsingRunner {
  /** Given to a migration's up(): reads are sent, the rest is recorded and answered with []. */
  runner: QueryRunner;
  statements: RehearsedStatement[];
  /** Ends the read-only transaction. Throws when the connection is gone. */
  finish(): Promise<void>;
}

/**
 * Stands in for the runner of a session that does nothing else meanwhile. Everything that it sends is within one
 * READ ONLY transaction, in a session that begins no other kind, so that a statement misjudged changes nothing.
 */
export async function rehearsing(
  real: QueryRunner,
  context: Omit<MigrationContext, 'rehearsal'>,
  oneTransaction: boolean,
): Promise<RehearsingRunner> {
  await real.query('SET default_transaction_read_only = on');
  await real.query('BEGIN READ ONLY');
  const statements: RehearsedStatement[] = [];
  const transaction: TransactionState = { current: oneTransaction ? 0 : null, last: 0 };
  const rehearsal: Rehearsal = {
    statement: (sql, { note = null, rows = null }: { note?: string | null; rows?: number | null } = {}) =>
      void statements.push({
        migration: context.migration,
        inTransaction: transaction.current !== null,
        transaction: transaction.current,
        sql,
        note,
        rows,
      }),
  };
  const runner = standIn(real, transaction, oneTransaction, (text, parameters, structured) =>
    send(real, rehearsal, { text, parameters, structured }),
  );
  setContext(runner, { ...context, rehearsal });
  const finish = async () => {
    await real.query('ROLLBACK');
    await real.query('RESET default_transaction_read_only');
  };
  return { runner, statements, finish };
}

interface TransactionState {
  current: number | null;
  last: number;
}

interface Sent {
  text: string;
  parameters: unknown[] | undefined;
  structured: boolean | undefined;
}

type Send = (text: string, parameters?: unknown[], structured?: boolean) => Promise<unknown>;

// Inherits the rest: TypeORM's own methods reach the database through `query` and `dataSource`, too.
function standIn(
  real: QueryRunner,
  transaction: TransactionState,
  oneTransaction: boolean,
  query: Send,
): QueryRunner {
  const begin = () => (transaction.current ??= ++transaction.last);
  const end = () => (transaction.current = oneTransaction ? 0 : null);
  const runner = Object.create(real, {
    data: { value: { ...real.data }, writable: true },
    isTransactionActive: { get: () => transaction.current !== null },
    query: { value: query },
    startTransaction: { value: () => Promise.resolve(void begin()) },
    commitTransaction: { value: () => Promise.resolve(void end()) },
    rollbackTransaction: { value: () => Promise.resolve(void end()) },
    stream: { value: () => Promise.reject(new Error('a rehearsed migration cannot stream')) },
    release: { value: () => Promise.resolve() },
  }) as QueryRunner;
  // A second connection would be outside the read-only transaction.
  const dataSource = Object.create(real.dataSource, {
    query: { value: query },
    createQueryRunner: { value: () => runner },
  }) as DataSource;
  const manager = dataSource.createEntityManager(runner);
  Object.defineProperty(dataSource, 'manager', { value: manager });
  return Object.defineProperties(runner, {
    dataSource: { value: dataSource },
    connection: { value: dataSource },
    manager: { value: manager },
  });
}

async function send(real: QueryRunner, rehearsal: Rehearsal, { text, parameters, structured }: Sent) {
  const statements = splitStatements(text);
  const classes = statements.map(({ tokens }) => classify(tokens));
  const isRead = classes.length > 0 && classes.every((one) => one === 'read');
  if (!isRead) {
    for (const [index, statement] of statements.entries())
      if (classes[index] === 'change') rehearsal.statement(statement.text);
    return answer([], structured);
  }
  await real.query('SAVEPOINT rehearsal');
  try {
    const rows = structured
      ? await real.query(text, parameters, true)
      : ((await real.query(text, parameters)) as unknown);
    await real.query('RELEASE SAVEPOINT rehearsal');
    return rows;
  } catch (error) {
    await real.query('ROLLBACK TO SAVEPOINT rehearsal');
    if (sqlState(error) !== READ_ONLY_TRANSACTION) throw error;
    rehearsal.statement(text, { note: 'calls a function that changes the database' });
    return answer([], structured);
  }
}

const answer = (rows: never[], structured: boolean | undefined) =>
  structured ? { raw: rows, records: rows, affected: 0 } : rows;
