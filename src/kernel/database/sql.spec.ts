import { fragment, identifier, nodeMoment, nothing, sql } from './sql.js';

describe('sql', () => {
  it('binds every value and puts the label into a comment', () => {
    const statement = sql('events.find-event')`SELECT e.id FROM events e WHERE e.id = ${'a'} AND e.n < ${3}`;
    expect(statement).toMatchObject({
      name: 'events.find-event',
      text: 'SELECT /* events.find-event */ e.id FROM events e WHERE e.id = $1 AND e.n < $2',
      values: ['a', 3],
    });
  });

  it('never puts a value into the text, whatever it holds', () => {
    const { text, values } = sql('x.y')`SELECT ${"'; DROP TABLE users; --"}`;
    expect(text).toBe('SELECT /* x.y */ $1');
    expect(values).toEqual(["'; DROP TABLE users; --"]);
  });

  it('numbers the values of nested fragments in order', () => {
    const build = (filter: unknown) => sql('x.y')`SELECT ${1} ${filter} LIMIT ${2}`;
    expect(build(fragment`AND a = ${'f'}`)).toMatchObject({
      text: 'SELECT /* x.y */ $1 AND a = $2 LIMIT $3',
      values: [1, 'f', 2],
    });
    expect(build(nothing)).toMatchObject({ text: 'SELECT /* x.y */ $1  LIMIT $2', values: [1, 2] });
  });

  it('gives each text of one label a prepared statement of its own, and the same text the same', () => {
    const build = (filter: unknown) => sql('x.y')`SELECT ${1} ${filter}`.name;
    expect(build(nothing)).not.toBe(build(fragment`AND a = ${1}`));
    expect(build(fragment`AND a = ${1}`)).toBe(build(fragment`AND a = ${2}`));
  });

  it('quotes identifiers', () => {
    expect(sql('x.y')`SELECT 1 FROM ${identifier('odd"name')}`.text).toBe(
      'SELECT /* x.y */ 1 FROM "odd""name"',
    );
  });
});

it('binds the moment of the node at every place where it is asked for, null until that is known', () => {
  const statement = sql('test.moment')`SELECT ${1}, ${nodeMoment}, ${'x'}, ${nodeMoment}`;
  expect(statement.values).toEqual([1, null, 'x', null]);
  expect(statement.momentsAt).toEqual([1, 3]);
  expect(statement.text).toContain('coalesce($2::timestamptz, now()), $3, coalesce($4::timestamptz, now())');
});
