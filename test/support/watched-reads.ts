import { Database } from '../../src/kernel/database/database.js';
import type { Sql } from '../../src/kernel/database/sql.js';
import type { TestApp } from './test-app.js';

export interface WatchedReads {
  /** Statements that the database has answered. */
  count: number;
  /** From now on what they have found is kept back, until the function that it returns is called. */
  hold(): () => void;
  /** Throws it in place of what they find. */
  fail(error: Error | null): void;
}

/** The statements of an application whose label matches, which run as they do. */
export function watchReads(app: TestApp, label: RegExp): WatchedReads {
  const database = app.app.get(Database, { strict: false });
  const query = database.query.bind(database);
  let gate: Promise<void> = Promise.resolve();
  let failure: Error | null = null;
  const watched: WatchedReads = {
    count: 0,
    hold: () => {
      let open = () => {};
      gate = new Promise((resolve) => (open = resolve));
      return open;
    },
    fail: (error) => (failure = error),
  };
  database.query = async <Row>(statement: Sql<Row>): Promise<Row[]> => {
    if (!label.test(statement.label)) return query(statement);
    const until = gate;
    const rows = await query(statement);
    watched.count++;
    await until;
    if (failure !== null) throw failure;
    return rows;
  };
  return watched;
}
