import { DomainError } from '../../kernel/errors/domain-error.js';

export const eventNotFound = () => new DomainError('not_found', 'event_not_found', 'Event not found');
