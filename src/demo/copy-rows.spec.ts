import { CopyRows } from './copy-rows.js';

const written = (write: (rows: CopyRows) => void) => {
  const rows = new CopyRows();
  write(rows);
  return rows.take().toString('hex');
};

describe('CopyRows', () => {
  it('writes fields as PostgreSQL sends them', () => {
    expect(written((rows) => rows.beginRow(3))).toBe('0003');
    expect(written((rows) => rows.integer(-2))).toBe('00000004fffffffe');
    expect(written((rows) => rows.bigint(2 ** 40 + 5))).toBe('000000080000010000000005');
    expect(written((rows) => rows.boolean(true))).toBe('0000000101');
    expect(written((rows) => rows.text('zł'))).toBe('000000037ac582');
    expect(written((rows) => rows.null())).toBe('ffffffff');
    expect(written((rows) => rows.uuid([0x01020304, 0x05064708, 0x890a0b0c, 0xffffffff]))).toBe(
      '000000100102030405064708890a0b0cffffffff',
    );
    expect(written((rows) => rows.hexWord(0x0badcafe))).toBe(Buffer.from('0badcafe').toString('hex'));
  });

  it('counts timestamps in microseconds from 2000, before it too', () => {
    const midnight = Date.UTC(2000, 0, 1) * 1000;
    expect(written((rows) => rows.timestamp(midnight + 1))).toBe('000000080000000000000001');
    expect(written((rows) => rows.timestamp(midnight - 1))).toBe('00000008ffffffffffffffff');
  });

  it('gives arrays one dimension from 1, and empty ones none', () => {
    expect(written((rows) => rows.integerArray([7]))).toBe(
      ['0000001c', '00000001', '00000000', '00000017', '00000001', '00000001', '0000000400000007'].join(''),
    );
    expect(written((rows) => rows.textArray([]))).toBe(
      ['0000000c', '00000000', '00000000', '00000019'].join(''),
    );
  });

  it('grows, and starts anew after take()', () => {
    const rows = new CopyRows();
    const text = 'x'.repeat(30_000);
    for (let i = 0; i < 100; i++) {
      rows.beginRow(1);
      rows.text(text);
    }
    const taken = rows.take();
    expect(taken.length).toBe(100 * (2 + 4 + text.length));
    expect(taken.subarray(-text.length).toString()).toBe(text);
    expect(rows.byteLength).toBe(0);
  });
});
