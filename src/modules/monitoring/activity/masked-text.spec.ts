import { maskedText } from './masked-text.js';

const textOf = (query: string) => maskedText(query)?.text;

it('shows no constant and no comment, whatever its form', () => {
  expect(
    textOf(
      `SELECT "a""b", $1 FROM t WHERE x = 'it''s' AND y = 12.5 -- secret\n /* secret /* */ */ AND z = E'\\'secret'`,
    ),
  ).toBe('SELECT "a""b", $1 FROM t WHERE x = ? AND y = ? AND z =…');
  expect(textOf(`CREATE ROLE r PASSWORD 'secret'`)).toBe('CREATE ROLE r PASSWORD ?');
  expect(textOf(`DO $x$ secret $x$`)).toBe('DO ?');
  expect(textOf(`ALTER ROLE r PASSWORD 'sec`)).toBe('ALTER ROLE r PASSWORD…');
  expect(textOf(`SELECT 'a\\' , 'secret'`)).not.toContain('secret');
  expect(textOf('SELECT 1 /* secret')).toBe('SELECT ?…');
});

it('names our own statements, and cuts long ones', () => {
  expect(maskedText('SELECT /* events.list-new */ 1')).toEqual({
    label: 'events.list-new',
    text: 'SELECT ?',
  });
  expect(textOf(`SELECT ${'a, '.repeat(500)}`)).toHaveLength(301);
  expect(maskedText(null)).toBeNull();
});
