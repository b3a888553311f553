import { DomainError } from '../../../kernel/errors/domain-error.js';
import { validationError } from '../../../kernel/http/validation.js';

export const markNotFound = () => new DomainError('not_found', 'mark_not_found', 'Mark not found');
export const markInFuture = () => validationError('at', 'must not be in the future');
