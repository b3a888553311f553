import { validationError } from '../../kernel/http/validation.js';

export const emptyWindow = () => validationError('end_date', 'must be after start_date');

export const tooManyPoints = (points: number, max: number) =>
  validationError(
    'granularity',
    `the window has ${points} points, at most ${max} are answered; use a coarser one`,
  );
