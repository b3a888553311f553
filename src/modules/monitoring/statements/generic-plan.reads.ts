import { sqlState } from '../../../kernel/database/database-error.js';
import type { QueryRunner, TransactionOptions } from '../../../kernel/database/database.js';
import type { PlanNode } from './plan-shape.js';
import {
  countParameters,
  explainGeneric,
  explainPrepared,
  forgetText,
  guardExplain,
  prepareText,
} from './queries/explain-generic.sql.js';
import { noPlan } from './statements.errors.js';

const TIMEOUT_MS = 2000;
/** Who changes a table may hold it for long. */
const LOCK_TIMEOUT_MS = 200;

/** One connection, which stays the same. */
export interface PlanningSession extends QueryRunner {
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T>;
}

/** The plan that PostgreSQL has for any values of a normalised text; the text is planned, and never run. */
export class GenericPlanReads {
  constructor(private readonly session: PlanningSession) {}

  /** Throws 409 when PostgreSQL refuses it: a function that is gone, rights that are not ours, no type for a value. */
  async plan(text: string): Promise<PlanNode> {
    const options = { readOnly: true, rollsBack: true };
    try {
      return await this.session.transaction(options, (tx) => explain(tx, plannableText(text)));
    } catch (error) {
      throw refusal(error);
    } finally {
      // What is prepared outlives its transaction.
      await this.session.query(forgetText()).catch(() => undefined);
    }
  }
}

async function explain(tx: QueryRunner, text: string): Promise<PlanNode> {
  const [guard] = await tx.query(guardExplain({ timeoutMs: TIMEOUT_MS, lockTimeoutMs: LOCK_TIMEOUT_MS }));
  await tx.query(prepareText({ text }));
  const [found] = guard?.hasGeneric === true ? await tx.query(explainGeneric({ text })) : await explained(tx);
  const plan = found?.['QUERY PLAN'][0]?.Plan;
  if (plan === undefined) throw noPlan.refused('it says nothing', null);
  return plan;
}

async function explained(tx: QueryRunner) {
  const [counted] = await tx.query(countParameters());
  return tx.query(explainPrepared({ parameters: counted?.parameters ?? 0 }));
}

const typedConstant =
  /\b(interval|date|time|timestamp|timestamptz|timetz|numeric|uuid|json|jsonb|inet|bytea|text)\s+(\$\d+)(?!\w)/gi;

/** pg_stat_statements makes `interval $1` of a constant with its type before it, which nobody can read again. */
export const plannableText = (text: string): string =>
  text.replace(typedConstant, (_, type: string, parameter: string) => `CAST(${parameter} AS ${type})`);

/** Of syntax, of what is not there, and of rights: the text's own fault, and not ours or the server's. */
function refusal(error: unknown): unknown {
  const cause = (error as { cause?: unknown }).cause;
  const state = sqlState(cause);
  return state !== undefined && /^(42|0A|22|54)/.test(state)
    ? noPlan.refused((cause as Error).message, cause)
    : error;
}
