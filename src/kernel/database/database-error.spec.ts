import { DomainError } from '../errors/domain-error.js';
import { breaksConnection, toDomainError } from './database-error.js';

const pgError = (code: string, message = 'secret detail') => Object.assign(new Error(message), { code });

describe('toDomainError', () => {
  it.each([
    ['57014', 'unavailable', 'statement_timeout'],
    ['57P01', 'unavailable', 'database_unavailable'],
    ['08006', 'unavailable', 'database_unavailable'],
    ['53300', 'unavailable', 'database_busy'],
    ['53200', 'unavailable', 'database_overloaded'],
    ['40P01', 'unavailable', 'transaction_conflict'],
    ['55P03', 'unavailable', 'lock_timeout'],
    ['23505', 'conflict', 'already_exists'],
    ['23503', 'conflict', 'reference_violation'],
    ['23514', 'invalid', 'constraint_violation'],
    ['22P02', 'invalid', 'invalid_value'],
    ['25006', 'unavailable', 'database_read_only'],
    ['42P01', 'internal', 'internal_error'],
    ['XX000', 'internal', 'internal_error'],
    ['ECONNREFUSED', 'unavailable', 'database_unavailable'],
  ])('%s is %s, %s, and its text is not told', (code, kind, expected) => {
    const error = toDomainError(pgError(code));
    expect(error).toMatchObject({ kind, code: expected });
    expect(error.message).not.toContain('secret');
  });

  it('knows the errors of the driver and the pool that have no code', () => {
    expect(toDomainError(new Error('timeout exceeded when trying to connect')).code).toBe('database_busy');
    expect(toDomainError(new Error('Connection terminated unexpectedly')).code).toBe('database_unavailable');
    expect(toDomainError(new AggregateError([pgError('ECONNREFUSED')])).code).toBe('database_unavailable');
    expect(toDomainError(new TypeError('x is not a function')).code).toBe('internal_error');
  });
});

describe('breaksConnection', () => {
  it('keeps a connection after an ordinary SQL error and drops it after a broken one', () => {
    expect(breaksConnection(pgError('22P02'))).toBe(false);
    expect(breaksConnection(pgError('57014'))).toBe(false);
    expect(breaksConnection(new DomainError('not_found', 'x', 'x'))).toBe(false);
    expect(breaksConnection(pgError('57P01'))).toBe(true);
    expect(breaksConnection(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(breaksConnection(pgError('0A000', 'cached plan must not change result type'))).toBe(true);
  });
});
