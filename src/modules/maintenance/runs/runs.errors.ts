import { DomainError } from '../../../kernel/errors/domain-error.js';

/** The token says so, and was true once. */
export const operatorGone = () => new DomainError('forbidden', 'admin_only', 'Administrators only');
