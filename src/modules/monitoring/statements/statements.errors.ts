import { DomainError } from '../../../kernel/errors/domain-error.js';

export const statementNotFound = () =>
  new DomainError('not_found', 'statement_not_found', 'Statement not found');

/** Of what there is no plan, and why. */
export const noPlan = {
  utility: () =>
    new DomainError(
      'conflict',
      'statement_is_utility',
      'A plan have only SELECT, INSERT, UPDATE, DELETE and MERGE',
    ),
  masked: () =>
    new DomainError(
      'conflict',
      'statement_text_masked',
      'Literals were left in the text of this statement and have been masked, so it cannot be planned',
    ),
  truncated: () =>
    new DomainError(
      'conflict',
      'statement_text_truncated',
      'The text of this statement is too long to be kept whole, so it cannot be planned',
    ),
  unknown: () =>
    new DomainError(
      'conflict',
      'statement_text_unknown',
      'The text of this statement is not known: pg_stat_statements has lost it, or its role may not be seen: ' +
        'GRANT pg_read_all_stats',
    ),
  refused: (message: string, cause: unknown) =>
    new DomainError('conflict', 'statement_not_plannable', `PostgreSQL does not plan this text: ${message}`, {
      cause,
    }),
};
