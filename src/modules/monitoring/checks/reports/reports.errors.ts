import { DomainError } from '../../../../kernel/errors/domain-error.js';

export const reportNotFound = () => new DomainError('not_found', 'report_not_found', 'Report not found');
