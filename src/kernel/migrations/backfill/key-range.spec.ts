import { firstBatchStatement } from './key-range.js';

const first = (update: string) => firstBatchStatement({ name: 'b', update });

describe('firstBatchStatement', () => {
  it('takes in its lower bound, however that is written', () => {
    expect(first('UPDATE t SET a = 1 WHERE id > $1 AND id <= $2')).toBe(
      'UPDATE t SET a = 1 WHERE id >= $1 AND id <= $2',
    );
    expect(first('… WHERE $1::uuid < id AND id <= $2')).toBe('… WHERE $1::uuid <= id AND id <= $2');
    expect(first('… s.id > $1 … t.id >\n$1::uuid … <= $2')).toBe('… s.id >= $1 … t.id >=\n$1::uuid … <= $2');
  });

  it('refuses a statement without such bounds', () => {
    for (const update of [
      'UPDATE t SET a = 1',
      'UPDATE t SET a = 1 WHERE id >= $1 AND id <= $2',
      'UPDATE t SET a = 1 WHERE id > $1',
      'UPDATE t SET a = 1 WHERE id BETWEEN $1 AND $2',
      'UPDATE t SET a = 1 WHERE id > $1 AND id <= $2 AND b <> $1',
    ])
      expect(() => first(update)).toThrow('its statement must have the bounds');
  });
});
