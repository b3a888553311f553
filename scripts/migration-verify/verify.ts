import { revertLastMigration, runMigrations } from '../../src/kernel/migrations/migrator.js';
import { lineDiff } from '../line-diff.js';
import { optionsFor, undisturbed, type MigrationClass } from '../migration-lint/record-statements.js';
import { withThrowawayDatabase } from '../throwaway-server.js';
import { checksumRows, readColumns, readSchema, readWholeSchema, type Columns } from './read-state.js';

export interface Start {
  name: string;
  prepare: (url: string) => Promise<unknown>;
  /** Tables of the start that the snapshot does not have. */
  own: readonly string[];
}

export interface VerifyOptions {
  migrations: readonly MigrationClass[];
  starts: readonly Start[];
  /** What all migrations make of any start; null: not compared. */
  snapshot: string | null;
  log: (line: string) => void;
}

export interface Difference {
  what: string;
  /** - is what should be there, + is what is there. */
  diff: string;
}

interface Remnant {
  statement: string;
  reason: string;
}

const notValidForeignKey = /(?<=\bFOREIGN KEY\b.*) NOT VALID;$/;

/** What down() may leave behind; and a foreign key may stay valid, since what VALIDATE proved stays true. */
export const mayRemain: readonly Remnant[] = [
  {
    statement: 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;',
    reason: 'it may have been there before, and others may call its functions',
  },
];

/**
 * Migrates databases of its own, on a superuser's server, up, down and up, all at once and one by one, and compares
 * schema and rows. Throws MigrationError when a migration fails.
 */
export async function verifyMigrations(serverUrl: string, options: VerifyOptions): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const start of options.starts) {
    const startedAt = performance.now();
    let comparisons = 0;
    let found = 0;
    // A database each, so that what one leaves behind is not taken for the other's start.
    for (const verify of [allAtOnce, oneByOne])
      await withThrowawayDatabase(serverUrl, async (url) => {
        await start.prepare(url);
        const run = new Verification(url, start, options);
        await verify(run);
        differences.push(...run.differences);
        comparisons += run.comparisons;
        found += run.differences.length;
      });
    options.log(
      `${start.name}: all ${options.migrations.length} migrations up, down, up; then each of them up, down, up: ` +
        `${found} differences in ${comparisons} comparisons, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    );
  }
  return differences;
}

const allAtOnce = (run: Verification) => run.allAtOnce();
const oneByOne = (run: Verification) => run.oneByOne();

class Verification {
  readonly differences: Difference[] = [];
  comparisons = 0;

  constructor(
    private readonly url: string,
    private readonly start: Start,
    private readonly options: VerifyOptions,
  ) {}

  async allAtOnce(): Promise<void> {
    const { migrations, snapshot } = this.options;
    const own = await readColumns(this.url);
    const before = { schema: await readSchema(this.url), rows: await checksumRows(this.url, own) };
    await this.up(migrations);
    const first = await readSchema(this.url);
    const all = onlyTablesOf(own, await readColumns(this.url));
    const firstRows = await checksumRows(this.url, all);
    if (snapshot !== null)
      this.compare(
        'test/snapshots/schema.sql differs',
        snapshot,
        await readWholeSchema(this.url, this.start.own),
      );
    this.compare('up() changed rows that were there', before.rows, await checksumRows(this.url, own));
    await this.downAll();
    this.compareReverted('all reverted, the schema is another', before.schema, await readSchema(this.url));
    this.compare('all reverted, rows are others', before.rows, await checksumRows(this.url, own));
    await this.up(migrations);
    this.compare('applied again, the schema is another', first, await readSchema(this.url));
    this.compare('applied again, rows are others', firstRows, await checksumRows(this.url, all));
  }

  async oneByOne(): Promise<void> {
    const { migrations } = this.options;
    const own = await readColumns(this.url);
    const rows = await checksumRows(this.url, own);
    let before = await readSchema(this.url);
    for (const [index, { name }] of migrations.entries()) {
      const upToHere = migrations.slice(0, index + 1);
      await this.up(upToHere);
      const applied = await readSchema(this.url);
      await this.down(upToHere);
      this.compareReverted(`${name} reverted, the schema is another`, before, await readSchema(this.url));
      this.compare(`${name} reverted, rows are others`, rows, await checksumRows(this.url, own));
      await this.up(upToHere);
      before = await readSchema(this.url);
      this.compare(`${name} applied again, the schema is another`, applied, before);
    }
  }

  private readonly up = (migrations: readonly MigrationClass[]) =>
    runMigrations(optionsFor(this.url, migrations), () => undefined, undisturbed);

  private readonly down = (migrations: readonly MigrationClass[]) =>
    revertLastMigration(optionsFor(this.url, migrations), () => undefined, undisturbed);

  private async downAll(): Promise<void> {
    while ((await this.down(this.options.migrations)) !== null);
  }

  private compareReverted(what: string, before: string, after: string): void {
    const lines = before.split('\n');
    const remnants = mayRemain.map(({ statement }) => statement).filter((line) => !lines.includes(line));
    const kept = after.split('\n').filter((line) => !remnants.includes(line));
    const expected = lines.map((line) => {
      const valid = line.replace(notValidForeignKey, ';');
      return kept.includes(valid) ? valid : line;
    });
    this.compare(what, expected.join('\n'), kept.join('\n'));
  }

  private compare(what: string, expected: string, actual: string): void {
    this.comparisons++;
    const diff = lineDiff(expected, actual);
    if (diff !== '') this.differences.push({ what: `${this.start.name}: ${what}`, diff });
  }
}

/** The tables that were there, with the columns that they have now. */
const onlyTablesOf = (before: Columns, now: Columns): Columns =>
  new Map([...now].filter(([table]) => before.has(table)));
