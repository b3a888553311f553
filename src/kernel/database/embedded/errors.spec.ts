import { EmbeddedInUseError } from './errors.js';

test('says who uses the folder and what to do', () => {
  expect(new EmbeddedInUseError('/app/.data', 4711).message).toBe(
    'Another app (process 4711) uses the embedded PostgreSQL in /app/.data. Stop it first, or give this one a ' +
      'database of its own: set DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL server.',
  );
  expect(new EmbeddedInUseError('/app/.data').message).toMatch(/^Another app uses/);
});
