import type { QueryRunner } from '../../../kernel/database/database.js';

export type Severity = 'info' | 'warning' | 'critical';

/** Something that an operator should know of, and what to do about it. */
export interface Finding {
  /** As PostgreSQL writes its name: what is wrong, so that the same trouble is the same finding tomorrow. Empty: the server. */
  readonly object: string;
  readonly severity: Severity;
  /** One sentence with the object and the figure. */
  readonly title: string;
  /** The figures that decided it, with units in their names, and the bounds that they broke. No row values, no secrets. */
  readonly evidence: Readonly<Record<string, number | string | boolean | null>>;
  /** What it leads to when nothing is done. */
  readonly why: string;
  /** What to run; safe on a live database. null: there is no statement for it, `advice` says what to do. */
  readonly fixSql: string | null;
  readonly advice: string;
  /** The job of maintenance that does it, with its parameters. */
  readonly action: { readonly job: string; readonly parameters: Readonly<Record<string, unknown>> } | null;
}

export interface CheckResult {
  readonly findings: readonly Finding[];
  /** What could not be looked at, and what would allow it: a sentence each. Findings of such objects stay as they were. */
  readonly limits: readonly string[];
}

/** How often it is worth a look: what moves at once, the plan's daily list, the plan's weekly list. */
export type Cadence = 'minutely' | 'daily' | 'weekly';

/** Looks for one kind of trouble. Cheap, reads only, waits for no lock. */
export interface Check {
  /** Lower case with hyphens, the kind of trouble: `index-unused`. Stays the same from release to release. */
  readonly name: string;
  /** A sentence for an operator: what is looked for, and from which bound on. */
  readonly description: string;
  readonly cadence: Cadence;
  find(runner: QueryRunner): Promise<CheckResult>;
}
