import {
  NAME,
  nameOf,
  parseAlterTable,
  parseCreateIndex,
  parseNotNullCheck,
  type Known,
  type Statement,
} from './statement.js';

const created = new RegExp(
  `^CREATE (?:(?:GLOBAL |LOCAL )?TEMP(?:ORARY)? |UNLOGGED )?(?:TABLE|MATERIALIZED VIEW|VIEW) (?:IF NOT EXISTS )?(${NAME})`,
  'i',
);

/** Follows the statements of a run, so that each is judged in the state that the ones before it have left. */
export class History implements Known {
  inTransaction = false;
  private newRelations = new Set<string>();
  private indexesOfNewTables = new Set<string>();
  private readonly notNullChecks = new Map<string, { columns: string[]; valid: boolean }>();
  private current = '';

  /** `uniqueColumns`: `table.column` of each unique index on one column. */
  constructor(private readonly uniqueColumns: ReadonlySet<string>) {}

  isNew = (relation: string) => this.newRelations.has(relation);
  isIndexOfNewTable = (index: string) => this.indexesOfNewTables.has(index);
  isUnique = (table: string, column: string) => this.uniqueColumns.has(`${table}.${column}`);
  isProvenNotNull = (table: string, column: string) =>
    [...this.notNullChecks].some(
      ([key, { columns, valid }]) => key.startsWith(`${table} `) && valid && columns.includes(column),
    );

  /** Before the statement is judged. */
  enter({ migration, direction }: Statement): void {
    const entered = `${migration} ${direction}`;
    if (entered === this.current) return;
    this.current = entered;
    this.newRelations = new Set();
    this.indexesOfNewTables = new Set();
  }

  /** After the statement was judged. */
  note({ text }: Statement): void {
    if (/^(BEGIN|START TRANSACTION)\b/i.test(text)) this.inTransaction = true;
    if (/^(COMMIT|END|ABORT)\b|^ROLLBACK\b(?!.* TO )/i.test(text)) this.inTransaction = false;
    const relation = created.exec(text)?.[1];
    if (relation !== undefined) this.newRelations.add(nameOf(relation));
    const index = parseCreateIndex(text);
    if (index !== null && this.isNew(index.table)) this.indexesOfNewTables.add(index.index);
    const altered = parseAlterTable(text);
    for (const action of altered?.actions ?? []) this.noteAction(altered?.table ?? '', action);
  }

  private noteAction(table: string, action: string): void {
    const check = parseNotNullCheck(action);
    if (check !== null) this.notNullChecks.set(`${table} ${check.constraint}`, check);
    const [, verb, constraint] =
      new RegExp(`^(VALIDATE|DROP) CONSTRAINT (?:IF EXISTS )?(${NAME})`, 'i').exec(action) ?? [];
    const key = `${table} ${nameOf(constraint)}`;
    const known = this.notNullChecks.get(key);
    if (verb?.toUpperCase() === 'DROP') this.notNullChecks.delete(key);
    else if (verb !== undefined && known !== undefined)
      this.notNullChecks.set(key, { ...known, valid: true });
    const renamed = new RegExp(`^RENAME TO (${NAME})`, 'i').exec(action)?.[1];
    if (renamed !== undefined && this.isNew(table)) this.newRelations.add(nameOf(renamed));
  }
}
