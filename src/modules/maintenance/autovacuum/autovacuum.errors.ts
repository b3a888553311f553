import { DomainError } from '../../../kernel/errors/domain-error.js';

export const noSuchTable = () =>
  new DomainError('not_found', 'table_not_found', 'There is no such table', { field: 'table' });

export const notOwner = (owner: string, statement: string) =>
  new DomainError(
    'forbidden',
    'not_table_owner',
    `Only ${owner}, who owns the table, may change it: ${statement}`,
  );
