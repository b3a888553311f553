import { DomainError } from '../errors/domain-error.js';
import { TaskErrors } from './task-errors.js';

const pgError = (code: string) => Object.assign(new Error(`failed with ${code}`), { code });

describe('TaskErrors', () => {
  let lines: string[];
  let errors: TaskErrors;

  beforeEach(() => {
    jest.useFakeTimers();
    lines = [];
    errors = new TaskErrors({ error: (line: unknown) => void lines.push(String(line)) });
  });
  afterEach(() => jest.useRealTimers());

  it('says each kind once, then once a minute with what was left out', () => {
    for (let time = 0; time < 10; time++) errors.report(pgError('40P01'));
    errors.report(pgError('57014'));
    expect(lines).toEqual(['failed with 40P01; trying again', 'failed with 57014; trying again']);
    jest.advanceTimersByTime(60_000);
    errors.report(pgError('40P01'));
    expect(lines[2]).toBe('failed with 40P01 (and 9 more times in the last minute); trying again');
  });

  it('names the kind after the SQLSTATE, our code, or the class', () => {
    const told = (cause: unknown) => errors.report(cause).code;
    const domain = (cause: unknown) =>
      new DomainError('unavailable', 'database_unavailable', 'Away', { cause });
    expect(told(domain(pgError('57P01')))).toBe('57P01');
    expect(told(domain(new Error('Connection terminated unexpectedly')))).toBe('database_unavailable');
    expect(told(new TypeError('x is not a function'))).toBe('TypeError');
    expect(told('a string')).toBe('Error');
  });

  it('does not keep kinds without bound', () => {
    for (let kind = 0; kind < 1000; kind++)
      errors.report(Object.assign(new Error('odd'), { code: `odd_${kind}` }));
    expect((errors as unknown as { kinds: Map<string, unknown> }).kinds.size).toBeLessThanOrEqual(100);
  });
});
