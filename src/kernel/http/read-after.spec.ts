import { ReadAfterTokens } from './read-after.js';

const tokensOf = (jwtSecret: string) => new ReadAfterTokens({ auth: { jwtSecret } } as never);
const tokens = tokensOf('a'.repeat(32));

it('reads back what it gave out', () => {
  for (const position of [0n, 1n, 0x16b374d848n, 2n ** 63n])
    expect(tokens.decode(tokens.encode(position))).toBe(position);
  expect(tokens.decode(tokens.encode(null))).toBeNull();
});

it('knows no place of a token that was changed, made elsewhere, or is none', () => {
  const token = tokens.encode(77n);
  for (let at = 0; at < token.length - 1; at++) {
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    expect(tokens.decode(changed)).toBeNull();
  }
  for (const text of [tokensOf('b'.repeat(32)).encode(77n), '', 'x', token + token, 'A'.repeat(10_000)])
    expect(tokens.decode(text)).toBeNull();
});
