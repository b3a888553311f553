import { DomainError } from '../../../../kernel/errors/domain-error.js';

export const alertsOff = () =>
  new DomainError('conflict', 'alerts_off', 'Nobody is told: ALERT_WEBHOOK_URL is not set');
