import { differencesOf, within, type FieldRules } from './compare.js';

const paths = (live: unknown, original: unknown, rules?: FieldRules) =>
  differencesOf(live, original, rules).map(({ path }) => path);

describe('differencesOf', () => {
  it('finds none in equal answers, however deep', () => {
    const answer = { rows: [{ id: 'a', topics: ['x', 'y'], at: null }], total: '3' };
    expect(differencesOf(answer, structuredClone(answer))).toEqual([]);
    expect(differencesOf(undefined, undefined)).toEqual([]);
  });

  it.each([
    ['a value', { a: 1 }, { a: 2 }, ['a']],
    ['a type', { a: '1' }, { a: 1 }, ['a']],
    ['null and missing', { a: null }, {}, ['a']],
    ['a field too many', { a: 1, b: 2 }, { a: 1 }, ['b']],
    ['order', { rows: ['a', 'b'] }, { rows: ['b', 'a'] }, ['rows.0', 'rows.1']],
    ['length', { rows: ['a'] }, { rows: ['a', 'b'] }, ['rows.1']],
    ['array and object', { rows: [] }, { rows: {} }, ['rows']],
    ['found and not found', { id: 'a' }, undefined, ['']],
    ['the last digit', { rate: 0.1 + 0.2 }, { rate: 0.3 }, ['rate']],
  ])('tells %s', (_, live, original, expected) => {
    expect(paths(live, original)).toEqual(expected);
  });

  it('stops at a bound', () => {
    expect(paths(Array(1000).fill(1), Array(1000).fill(2))).toHaveLength(20);
  });

  it('compares a field with a rule by that alone', () => {
    const rules = { p50: within(0.01) };
    expect(paths({ rows: [{ p50: 101, n: 1 }] }, { rows: [{ p50: 100, n: 1 }] }, rules)).toEqual([]);
    expect(paths({ rows: [{ p50: 101.5, n: 1 }] }, { rows: [{ p50: 100, n: 2 }] }, rules)).toEqual([
      'rows.0.p50',
      'rows.0.n',
    ]);
    expect(paths({ p50: null }, { p50: null }, rules)).toEqual([]);
    expect(paths({ p50: null }, { p50: 100 }, rules)).toEqual(['p50']);
    expect(paths({ p50: 0 }, { p50: 0 }, rules)).toEqual([]);
  });
});
