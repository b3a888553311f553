import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const src = join(import.meta.dirname, '..', '..');

// A label is the name of the prepared statement: the second one of a name is refused, but only on a connection that has seen both.
it('no two statements have the same label', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ts$/.test(file));
  const labels = files.flatMap((file) =>
    [...readFileSync(join(src, file), 'utf8').matchAll(/\bsql<[^`]*?\(\s*'([a-z]+\.[a-z-]+)'/g)].map(
      ([, label]) => label,
    ),
  );
  expect(labels.length).toBeGreaterThan(100);
  expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
});
