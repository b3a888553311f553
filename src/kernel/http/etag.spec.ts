import { entityTag, hasTag } from './etag.js';

describe('entityTag', () => {
  it('is quoted, and another one for another body', () => {
    expect(entityTag('{"a":1}')).toMatch(/^"[\w-]{22}"$/);
    expect(entityTag('{"a":1}')).toBe(entityTag('{"a":1}'));
    expect(entityTag('{"a":2}')).not.toBe(entityTag('{"a":1}'));
  });
});

describe('hasTag', () => {
  it.each([
    ['"b"', true],
    ['W/"b"', true],
    ['"a", W/"b" ,"c"', true],
    ['"a","b"', true],
    ['*', true],
    [' * ', true],
    ['"with, comma", "b"', true],
    ['"a"', false],
    ['b', false],
    ['"ab"', false],
    ['', false],
    [undefined, false],
  ])('If-None-Match: %s', (header, expected) => {
    expect(hasTag(header, '"b"')).toBe(expected);
  });
});
