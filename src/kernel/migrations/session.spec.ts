import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { explain } from './session.js';

describe('explain', () => {
  it('says what a lost connection is', () => {
    expect(explain(new QueryRunnerAlreadyReleasedError())).toBe('the connection to the database was lost');
  });

  it("adds PostgreSQL's detail and hint to its message", () => {
    const error = Object.assign(new Error('cannot drop table a'), {
      detail: 'b depends on it',
      hint: 'Use CASCADE',
    });
    expect(explain(error)).toBe('cannot drop table a — b depends on it — hint: Use CASCADE');
    expect(explain(new Error('no more than this'))).toBe('no more than this');
  });

  it('says why each address of a host did not answer', () => {
    const refused = (address: string) => new Error(`connect ECONNREFUSED ${address}`);
    expect(explain(new AggregateError([refused('::1:5432'), refused('127.0.0.1:5432')]))).toBe(
      'connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432',
    );
  });
});
