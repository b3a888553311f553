import {
  constant,
  foreign,
  fragment,
  identifier,
  nodeMoment,
  nothing,
  shaped,
  sql,
  type Places,
} from './sql.js';

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

  it('finds the text of a structure again, whatever is bound, and binds what is equal at each of its places', () => {
    const build = (filter: number | null, order: string, values: readonly unknown[]) => {
      const where = filter === null ? nothing : fragment`AND a = ${filter}`;
      const [first, second] = values;
      return sql(
        'x.z',
      )`SELECT ${first}, ${nodeMoment} ${where} ${constant(`ORDER BY ${order}`)} LIMIT ${second}`;
    };
    const filtered = 'SELECT /* x.z */ $1, coalesce($2::timestamptz, now()) AND a = $3 ORDER BY n LIMIT $4';
    const ids = ['p', 'q'];
    for (const [filter, values] of [
      [1, [2, 3]],
      [1, [1, 1]],
      [7, [null, undefined]],
      [0, [ids, [...ids]]],
    ] as const) {
      const statement = build(filter, 'n', values);
      expect(statement.text).toBe(filtered);
      expect(statement.values).toEqual([values[0], null, filter, values[1]]);
      expect(statement.momentsAt).toEqual([1]);
    }
    const plain = 'SELECT /* x.z */ $1, coalesce($2::timestamptz, now())  ORDER BY';
    expect(build(null, 'n', [1, 2])).toMatchObject({ text: `${plain} n LIMIT $3`, values: [1, null, 2] });
    expect(build(null, 'm', [1, 2])).toMatchObject({ text: `${plain} m LIMIT $3`, values: [1, null, 2] });
    expect(build(1, 'm', [1, 2]).text).toBe(filtered.replace('BY n', 'BY m'));
    const names = [null, 1].flatMap((filter) => ['n', 'm'].map((order) => build(filter, order, [1, 2]).name));
    expect(new Set(names).size).toBe(4);
    expect(names).toEqual(
      [null, 1].flatMap((filter) => ['n', 'm'].map((order) => build(filter, order, [3, 3]).name)),
    );
  });

  it('tells a value from a fragment, the moment and a constant at the same place, and labels from each other', () => {
    const build = (label: string, what: unknown) => sql(label)`SELECT ${what}, ${'last'}`;
    const first = (what: unknown, label = 'x.w') => build(label, what).text;
    expect(first('now()')).toBe('SELECT /* x.w */ $1, $2');
    expect(first(constant('now()'))).toBe('SELECT /* x.w */ now(), $1');
    expect(first(constant('$1'))).toBe('SELECT /* x.w */ $1, $1');
    expect(first(fragment`now()`)).toBe('SELECT /* x.w */ now(), $1');
    expect(first(nodeMoment)).toBe('SELECT /* x.w */ coalesce($1::timestamptz, now()), $2');
    expect(first(fragment`coalesce(${1}::timestamptz, now())`)).toBe(first(nodeMoment));
    expect(build('x.w', fragment`coalesce(${1}::timestamptz, now())`).momentsAt).toBeUndefined();
    expect(build('x.w', nodeMoment).momentsAt).toEqual([0]);
    expect(first('now()', 'x.v')).toBe('SELECT /* x.v */ $1, $2');
    expect(build('x.v', 1).name).toBe('x.v');
  });

  it("keeps nothing of a text that is not the program's own", () => {
    const explain = (text: string) => sql('x.explain')`EXPLAIN ${foreign(text)} ${fragment`-- ${1}`}`;
    const [first, second] = [explain('SELECT 1'), explain('SELECT 2')];
    expect(first).toMatchObject({ text: 'EXPLAIN /* x.explain */ SELECT 1 -- $1', values: [1] });
    expect(second).toMatchObject({ text: 'EXPLAIN /* x.explain */ SELECT 2 -- $1', values: [1] });
    expect(second.name).not.toBe(first.name);
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

describe('shaped', () => {
  interface Values {
    userId: string;
    limit: number | null;
    ids: readonly string[];
  }
  let builds = 0;
  const listed = shaped((p: Places<Values>, shape: 'all' | 'some') => {
    builds++;
    const some = fragment`AND n = ANY (${p.ids}::uuid[]) AND k = ${p.userId}`;
    const where = shape === 'all' ? nothing : some;
    return sql(
      'x.shaped',
    )`SELECT ${p.userId}::uuid, ${24} WHERE k = ${p.userId} ${where} LIMIT ${p.limit} ${nodeMoment}`;
  });

  it('is put together once for each shape, and binds what is used in several places once', () => {
    const ids = ['p', 'q'];
    const some = listed({ userId: 'u', limit: 1, ids }, 'some');
    expect(some).toMatchObject({
      text: 'SELECT /* x.shaped */ $1::uuid, $2 WHERE k = $1 AND n = ANY ($3::uuid[]) AND k = $1 LIMIT $4 coalesce($5::timestamptz, now())',
      values: ['u', 24, ids, 1, null],
      momentsAt: [4],
    });
    const again = listed({ ids: [], limit: null, userId: 'v' }, 'some');
    expect(again).toEqual({ ...some, values: ['v', 24, [], null, null] });
    expect(some.values).toEqual(['u', 24, ids, 1, null]);
    const all = listed({ userId: 'u', limit: 24, ids }, 'all');
    expect(all).toMatchObject({
      text: 'SELECT /* x.shaped */ $1::uuid, $2 WHERE k = $1  LIMIT $3 coalesce($4::timestamptz, now())',
      values: ['u', 24, 24, null],
      momentsAt: [3],
    });
    expect(all.name).not.toBe(some.name);
    expect(builds).toBe(2);
  });

  it('takes values that are equal by chance for two, and tells one place that is used twice from two', () => {
    const pair = shaped((p: Places<{ a: string; b: string }>, shape: 'two' | 'one') => {
      const second = shape === 'two' ? p.b : p.a;
      return sql('x.pair')`SELECT ${fragment`${p.a}`}, ${second}, ${'v'}, ${'v'}`;
    });
    expect(pair({ a: 'v', b: 'v' }, 'two')).toMatchObject({
      text: 'SELECT /* x.pair */ $1, $2, $3, $4',
      values: ['v', 'v', 'v', 'v'],
    });
    expect(pair({ a: 'v', b: 'v' }, 'one')).toMatchObject({
      text: 'SELECT /* x.pair */ $1, $1, $2, $3',
      values: ['v', 'v', 'v'],
    });
  });
});
