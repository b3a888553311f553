import { JwtService } from '@nestjs/jwt';
import { loadConfig, type AppConfig } from '../config/config.js';
import { Tokens } from './tokens.js';

const secret = 'a-secret-of-the-tests-32-characters';
const user = { userId: '3f2b8c1e-7a54-4a8e-9c58-0d6f3f1c9b11', email: 'a@example.com', isAdmin: false };
const tokensOf = (key: string) =>
  new Tokens(new JwtService({ secret: key }), loadConfig({ JWT_SECRET: secret }) as AppConfig);

afterEach(() => void jest.useRealTimers());

it('a token that was verified ends all the same', () => {
  jest.useFakeTimers({ now: Date.now() });
  const tokens = tokensOf(secret);
  const token = tokens.sign(user);
  for (let turn = 0; turn < 2; turn++) expect(tokens.verify(token)).toMatchObject(user);
  jest.setSystemTime(Date.now() + 23 * 3600 * 1000);
  expect(tokens.verify(token)).toMatchObject(user);
  jest.setSystemTime(Date.now() + 3600 * 1000);
  for (let turn = 0; turn < 2; turn++) expect(() => tokens.verify(token)).toThrow('Invalid or expired token');
});

it('a token that was refused is refused again, and one more character is another token', () => {
  const tokens = tokensOf(secret);
  const foreign = tokensOf(`${secret}!`).sign(user);
  const own = tokens.sign(user);
  expect(tokens.verify(own)).toMatchObject(user);
  for (const token of [foreign, foreign, `${own}x`, own.slice(0, -1)])
    expect(() => tokens.verify(token)).toThrow('Invalid or expired token');
});
