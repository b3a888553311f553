import fc from 'fast-check';
import type { AppConfig } from '../config/config.js';
import type { DomainError } from '../errors/domain-error.js';
import { Cursors, MAX_CURSOR_LENGTH, type Cursor, type CursorScope } from './cursor.js';

const withSecret = (jwtSecret: string) => new Cursors({ auth: { jwtSecret } } as AppConfig);
const cursors = withSecret('a-secret-of-this-test');
const scope: CursorScope = { list: 'events', userId: 'alice', chainIds: [1, 10], status: undefined };
const sample: Cursor = {
  direction: 'older',
  at: '2026-01-02T03:04:05.123456Z',
  id: '8c9d3f60-2b1e-4f7a-8f3a-6f0d2a4b5c6d',
};

const microseconds = fc
  .tuple(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), fc.nat(999))
  .map(([date, rest]) => date.toISOString().replace('Z', `${String(rest).padStart(3, '0')}Z`));
const anyCursor: fc.Arbitrary<Cursor> = fc.record({
  direction: fc.constantFrom('older', 'newer'),
  at: fc.oneof(microseconds, fc.constantFrom('infinity', '-infinity')),
  id: fc.uuid(),
});
const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.array(fc.integer()),
  fc.constant(undefined),
);
const anyScope: fc.Arbitrary<CursorScope> = fc.dictionary(fc.string(), value);

function refusal(text: string, of: CursorScope = scope, reader = cursors): unknown {
  try {
    return reader.decode(text, of);
  } catch (error) {
    return error;
  }
}

const refused = expect.objectContaining({ code: 'validation_error', field: 'cursor', kind: 'invalid' });

describe('Cursors', () => {
  it('read back what they wrote, to the microsecond, within the bound', () => {
    fc.assert(
      fc.property(anyCursor, anyScope, (cursor, of) => {
        const text = cursors.encode(cursor, of);
        expect(text).toMatch(/^[\w-]+$/);
        expect(text.length).toBeLessThanOrEqual(MAX_CURSOR_LENGTH);
        expect(cursors.decode(text, of)).toEqual(cursor);
      }),
    );
  });

  it('take filters in any order, and one that is not given as not there', () => {
    const text = cursors.encode(sample, scope);
    expect(cursors.decode(text, { chainIds: [1, 10], userId: 'alice', list: 'events' })).toEqual(sample);
  });

  it.each<[string, CursorScope]>([
    ['tenant', { ...scope, userId: 'bob' }],
    ['list', { ...scope, list: 'attempts' }],
    ['filter value', { ...scope, chainIds: [1] }],
    ['filter more', { ...scope, status: 'failed' }],
    ['filter less', { ...scope, chainIds: undefined }],
    ['type', { ...scope, chainIds: '1,10' }],
  ])('refuse another %s', (_, other) => {
    expect(refusal(cursors.encode(sample, scope), other)).toEqual(refused);
  });

  it('refuse any other scope', () => {
    const canonical = (of: CursorScope) => JSON.stringify(Object.entries(of).sort());
    fc.assert(
      fc.property(anyScope, anyScope, (of, other) => {
        fc.pre(canonical(JSON.parse(JSON.stringify(of))) !== canonical(JSON.parse(JSON.stringify(other))));
        expect(refusal(cursors.encode(sample, of), other)).toEqual(refused);
      }),
    );
  });

  it('refuse what was changed in any bit', () => {
    const bytes = Buffer.from(cursors.encode(sample, scope), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(refusal(changed.toString('base64url'))).toEqual(refused);
    }
  });

  it('refuse what was changed in any character, cut, or grown', () => {
    fc.assert(
      fc.property(anyCursor, fc.nat(), fc.string({ maxLength: 3 }), (cursor, at, insert) => {
        const text = cursors.encode(cursor, scope);
        const place = at % (text.length + 1);
        for (const changed of [
          text.slice(0, place) + insert + text.slice(place + 1),
          text.slice(0, place) + insert + text.slice(place),
          text.slice(0, place),
        ])
          if (changed !== text) expect(refusal(changed)).toEqual(refused);
      }),
    );
  });

  it('refuse what another secret signed', () => {
    expect(refusal(withSecret('another-secret-of-this').encode(sample, scope))).toEqual(refused);
  });

  it('refuse any text, of any length', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(refusal(text)).toEqual(refused)));
    const error = refusal('A'.repeat(1_000_000));
    expect(error).toEqual(refused);
    expect((error as DomainError).message.length).toBeLessThan(200);
  });
});
