import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Finding } from '../../checks/check.js';
import { sourceOf } from '../statement-source.js';
import { StatementsReadModel, type CoverageRow } from '../statements.read-model.js';

export interface Watch {
  reads: StatementsReadModel;
  range: { from: string; until: string };
  coverage: CoverageRow;
  limits: string[];
}

/** The last hours as they are kept, and what of them is not known. */
export async function watch(runner: QueryRunner, hours: number): Promise<Watch> {
  const reads = new StatementsReadModel(runner);
  const coverage = await reads.coverage({ from: null, until: null, hours });
  const { limits } = sourceOf(await reads.statistics());
  return { reads, coverage, limits, range: { from: coverage.from, until: coverage.until } };
}

const NAME_LENGTH = 80;

/** A label, or the beginning of the text. */
export function nameOf({
  queryid,
  label,
  text,
}: {
  queryid: string;
  label: string | null;
  text?: string | null;
}) {
  if (label !== null) return label;
  const words = (text ?? '').replace(/\s+/g, ' ').trim();
  if (words === '') return `statement ${queryid}`;
  return words.length > NAME_LENGTH ? `${words.slice(0, NAME_LENGTH)}…` : words;
}

export const planAdvice = (queryid: string) =>
  `Look at its plan: GET /api/v1/admin/monitoring/statements/${queryid}/plan, and at how it was: GET …/statements/${queryid}.`;

/** Of what is repaired in the statement or its data: there is no one statement that does it. */
export const noFix = { fixSql: null, action: null } satisfies Pick<Finding, 'fixSql' | 'action'>;

export const rounded = (value: number) => Math.round(value * 100) / 100;
