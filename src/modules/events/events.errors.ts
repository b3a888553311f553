import { DomainError } from '../../kernel/errors/domain-error.js';
import { validationError } from '../../kernel/http/validation.js';

export const eventNotFound = () => new DomainError('not_found', 'event_not_found', 'Event not found');

export const notTogether = (field: string, other: string) =>
  validationError(field, `must not be given together with ${other}`);

export const emptyWindow = () => validationError('end_date', 'must be after start_date');

export const emptyBlockRange = () => validationError('to_block', 'must not be below from_block');
