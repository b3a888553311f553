import { DomainError } from '../../kernel/errors/domain-error.js';
import { validationError } from '../../kernel/http/validation.js';

export const emptyWindow = () => validationError('end_date', 'must be after start_date');

export const tooManyPoints = (points: number, max: number) =>
  validationError(
    'granularity',
    `the window has ${points} points, at most ${max} are answered; use a coarser one`,
  );

export const tooLongForFine = (maxHours: number) =>
  validationError('granularity', `5m is answered for windows of at most ${maxHours} hours`);

/** The figures are of a moment just before their application or endpoint was created. */
export const createdMeanwhile = () =>
  new DomainError('unavailable', 'created_meanwhile', 'It was created while it was read', {
    retryAfterSeconds: 1,
  });

/** A route of the old admin UI whose figures came from the old ingestor. */
export const usageNotCollected = () =>
  new DomainError('not_found', 'usage_not_collected', 'Node provider usage is not collected by this server');
