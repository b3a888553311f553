import { createLogger } from './logger.js';

const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = [];
  write(createLogger({ level: 'trace', format: 'json' }, { write: (line) => void lines.push(line) }));
  return lines.join('');
};

describe('createLogger', () => {
  it('redacts secrets wherever they hang', () => {
    const line = logged((logger) =>
      logger.info({
        password: 'hunter1',
        user: { password_hash: 'hunter2', email: 'a@example.com' },
        req: { headers: { authorization: 'Bearer hunter3', 'x-api-key': 'hunter4', cookie: 'hunter5' } },
        headers: { 'x-api-key': 'hunter6' },
        endpoint: { hmac_secret: 'hunter7', webhook_secret: 'hunter8' },
      }),
    );
    expect(line).not.toContain('hunter');
    expect(line).toContain('a@example.com');
  });

  it("logs an error with its cause, and not the row values of a driver's detail", () => {
    const cause = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(hunter)',
    });
    const line = logged((logger) => logger.error({ err: new Error('outer', { cause }) }));
    expect(JSON.parse(line)).toMatchObject({
      err: { message: 'outer', cause: { message: 'duplicate key', code: '23505' } },
    });
    expect(line).not.toContain('hunter');
  });
});
