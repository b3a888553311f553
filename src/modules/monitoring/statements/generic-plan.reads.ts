import { sqlState } from '../../../kernel/database/database-error.js';
import type { QueryRunner, TransactionOptions } from '../../../kernel/database/database.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
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
/** Constants of one text that a type has to be guessed for. */
const MAX_ATTEMPTS = 10;

/** One connection, which stays the same. */
export interface PlanningSession extends QueryRunner {
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T>;
}

/** The plan that PostgreSQL has for any values of a normalised text; the text is planned, and never run. */
export class GenericPlanReads {
  constructor(private readonly session: PlanningSession) {}

  /** Throws 409 when PostgreSQL refuses it: a function that is gone, rights that are not ours, no type for a value. */
  async plan(text: string): Promise<PlanNode> {
    let plannable = plannableText(text);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.planOnce(plannable);
      } catch (error) {
        const typed = attempt < MAX_ATTEMPTS ? withNextType(plannable, causeOf(error)) : null;
        if (typed === null) throw refusal(error);
        plannable = typed;
      }
    }
  }

  private async planOnce(text: string): Promise<PlanNode> {
    const options = { readOnly: true, rollsBack: true };
    try {
      return await this.session.transaction(options, (tx) => explain(tx, text));
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

/** No such function or operator, or more than one: of values that had a type before they became $n. */
const untyped = ['42883', '42725'];

/** The first value behind what PostgreSQL complains of as an integer, which most constants are; null: there is none. */
function withNextType(text: string, cause: unknown): string | null {
  if (!untyped.includes(sqlState(cause) ?? '')) return null;
  const { position } = cause as { position?: string };
  if (position === undefined) return null;
  const at = Number(position) - 1 - (prepareText({ text }).text.length - text.length);
  const before = text.slice(0, at);
  const after = text.slice(at).replace(/\$\d+(?!\d|\s*::)/, '$&::integer');
  return before + after === text ? null : before + after;
}

const causeOf = (error: unknown) => (error instanceof DomainError ? error.cause : error);

/** Of syntax, of what is not there, and of rights: the text's own fault, and not ours or the server's. */
function refusal(error: unknown): unknown {
  const cause = causeOf(error);
  const state = sqlState(cause);
  return state !== undefined && /^(42|0A|22|54)/.test(state)
    ? noPlan.refused((cause as Error).message, cause)
    : error;
}
