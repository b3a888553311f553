import type { QueryRunner } from '../../../kernel/database/database.js';
import { SettingChangesRepository } from '../setting-changes/setting-changes.repository.js';
import { proposeFor, type TableProposal } from './proposals.js';
import { listTables, type TableRow } from './queries/list-tables.sql.js';
import { readAutovacuumDefaults, type AutovacuumDefaultsRow } from './queries/read-defaults.sql.js';

export class AutovacuumReadModel {
  constructor(private readonly runner: QueryRunner) {}

  /** One table, or all of them, the largest first. */
  tables(oid: number | null = null): Promise<TableRow[]> {
    return this.runner.query(listTables({ oid }));
  }

  /** `schema.table`, or a table of the schema public without it; undefined: there is none. */
  async find(table: string): Promise<TableRow | undefined> {
    const names = [table, `public.${table}`];
    return (await this.tables()).find((row) => names.includes(row.table));
  }

  async defaults(): Promise<AutovacuumDefaultsRow> {
    const [row] = await this.runner.query(readAutovacuumDefaults());
    if (row === undefined) throw new Error('a SELECT without FROM has given no row');
    return row;
  }

  async proposals(oid: number | null = null, isNamed = false): Promise<TableProposal[]> {
    const [defaults, changes, tables] = [
      await this.defaults(),
      await new SettingChangesRepository(this.runner).latest(),
      await this.tables(oid),
    ];
    return tables.map((table) => proposeFor(table, { defaults, changes, isNamed }));
  }
}
