import { DomainError } from '../../../../kernel/errors/domain-error.js';

export const findingNotFound = () => new DomainError('not_found', 'finding_not_found', 'Finding not found');

export const findingNotIgnored = () =>
  new DomainError('conflict', 'finding_not_ignored', 'The finding is not ignored');
