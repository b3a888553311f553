import { batchQuerySchema } from './batch.query.js';

const idOf = (index: number) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
const list = (count: number) => Array.from({ length: count }, (_, index) => idOf(index)).join(',');

describe('batchQuerySchema', () => {
  it('reads each id once, in lower case, in the order they were written', () => {
    const ids = `${idOf(11).toUpperCase()},${idOf(2)},${idOf(11)}`;
    expect(batchQuerySchema.parse({ ids })).toEqual({ ids: [idOf(11), idOf(2)] });
  });

  it('takes 200 different ids', () => {
    expect(batchQuerySchema.parse({ ids: `${list(200)},${idOf(0)}` }).ids).toHaveLength(200);
    expect(batchQuerySchema.safeParse({ ids: list(201) }).success).toBe(false);
  });

  it.each(['', ',', `${idOf(1)},`, `${idOf(1)} ,${idOf(2)}`, '1', undefined])('refuses "%s"', (ids) => {
    expect(batchQuerySchema.safeParse({ ids }).success).toBe(false);
  });
});
