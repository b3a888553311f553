import { DomainError } from '../../../kernel/errors/domain-error.js';

export const tenantNotFound = () =>
  new DomainError('not_found', 'tenant_not_found', 'No user of this id is there, or has cost anything');
