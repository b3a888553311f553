import type { MigrationInterface, QueryRunner } from 'typeorm';
import { sqlState } from '../../database/database-error.js';
import { readLedger, type Row } from '../ledger.js';
import { explain, withSession, type PostgresOptions } from '../session.js';
import {
  defaultSettings,
  type MigrationContext,
  type MigrationLog,
  type MigrationSettings,
} from '../settings.js';
import { describeRehearsed, type RehearsedMigration, type Sketch } from './describe-rehearsed.js';
import { rehearsing } from './rehearsal-runner.js';

export interface RehearsalOptions extends Partial<MigrationSettings> {
  signal?: AbortSignal;
}

/**
 * What each pending migration would send to this database, oldest first. Takes no lock but that of reading, and
 * writes nothing. Throws MigrationError when the connection fails.
 */
export function rehearseMigrations(
  options: PostgresOptions,
  log: MigrationLog = console.log,
  { signal = new AbortController().signal, ...given }: RehearsalOptions = {},
): Promise<RehearsedMigration[]> {
  const settings = { ...defaultSettings, ...given };
  const messages: string[] = [];
  return withSession(
    options,
    (line) => void messages.push(line),
    () => undefined,
    async (runner) => {
      const sketches: Sketch[] = [];
      for (const [name, instance] of await pendingOf(runner)) {
        signal.throwIfAborted();
        log(`rehearsing ${name}`);
        const context = {
          settings,
          signal,
          migration: name,
          log: (line: string) => void messages.push(line),
        };
        const earlier = sketches.map((sketch) => sketch.name);
        const sketch = await rehearse(runner, instance, { ...context, progress: () => undefined }, earlier);
        sketches.push({ ...sketch, messages: messages.splice(0) });
      }
      return describeRehearsed((text, values) => runner.query(text, values) as Promise<unknown>, sketches);
    },
  );
}

async function pendingOf(runner: QueryRunner): Promise<[string, MigrationInterface][]> {
  const executed = await readLedger((text) => runner.query(text) as Promise<Row[]>);
  return runner.dataSource.migrations
    .map((instance): [string, MigrationInterface] => [instance.name ?? instance.constructor.name, instance])
    .filter(([name]) => executed.every((entry) => entry.name !== name))
    .sort(([a], [b]) => timestampOf(a) - timestampOf(b));
}

// TypeORM's order.
const timestampOf = (name: string) => Number(name.slice(-13));

async function rehearse(
  real: QueryRunner,
  instance: MigrationInterface,
  context: Omit<MigrationContext, 'rehearsal'>,
  earlier: readonly string[],
): Promise<Sketch> {
  const oneTransaction = instance.transaction ?? true;
  const stage = await rehearsing(real, context, oneTransaction);
  let failure: string | null = null;
  try {
    await instance.up(stage.runner);
  } catch (error) {
    failure = whyNot(error, earlier);
  }
  await stage.finish();
  return { name: context.migration, oneTransaction, messages: [], failure, rehearsed: stage.statements };
}

// 42: it names what is not there, which an earlier one may make.
function whyNot(error: unknown, earlier: readonly string[]): string {
  const isMissing = sqlState(error)?.startsWith('42') ?? false;
  return isMissing && earlier.length > 0
    ? `cannot be rehearsed before ${earlier.join(', ')} has run: ${explain(error)}`
    : `cannot be rehearsed to its end: ${explain(error)}`;
}
