import type { QueryRunner } from '../../../kernel/database/database.js';
import { readServerFigures, type ServerFiguresRow } from './queries/read-server-figures.sql.js';

export type { ServerFiguresRow };

/** The tables that grow and are written to; a bounded label, whatever else is in the database. */
const TABLES = [
  'delivery_attempts',
  'endpoints',
  'events',
  'statistics_days',
  'statistics_fine',
  'statistics_hours',
  'superseded_attempts',
];

export class ServerFiguresReads {
  constructor(private readonly runner: QueryRunner) {}

  async read(): Promise<ServerFiguresRow> {
    const [row] = await this.runner.query(readServerFigures({ tables: TABLES }));
    if (row === undefined) throw new Error('a SELECT of one row has given none');
    return row;
  }
}
