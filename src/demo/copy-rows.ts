import type { Uuid } from './random.js';

const INITIAL_BYTES = 1 << 20;
/** More than the largest row: an endpoint with all its contracts. */
const ROW_RESERVE = 1 << 15;
const EPOCH_2000_US = Date.UTC(2000, 0, 1) * 1000;
const elementOids = { text: 25, integer: 23 } as const;

/** The two digits of every byte, as one 16-bit lookup each. */
const hexDigits = Uint16Array.from({ length: 256 }, (_, byte) =>
  Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16BE(),
);

/**
 * Rows in COPY's binary format: the server need not parse timestamps, uuids and arrays, nor we escape anything. Digits go
 * straight into the buffer: an event has some 500 of them.
 */
export class CopyRows {
  static readonly header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
  static readonly trailer = Buffer.from([0xff, 0xff]);

  private buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  private position = 0;

  get byteLength(): number {
    return this.position;
  }

  /** What was written since the last call. */
  take(): Buffer {
    const rows = Buffer.from(this.buffer.subarray(0, this.position));
    this.position = 0;
    return rows;
  }

  beginRow(columns: number): void {
    if (this.buffer.length - this.position < ROW_RESERVE) {
      const larger = Buffer.allocUnsafe(this.buffer.length * 2);
      this.buffer.copy(larger, 0, 0, this.position);
      this.buffer = larger;
    }
    this.int16(columns);
  }

  null(): void {
    this.int32(-1);
  }

  uuid(id: Uuid): void {
    this.int32(16);
    for (const word of id) this.int32(word);
  }

  integer(value: number | null): void {
    if (value === null) return this.null();
    this.int32(4);
    this.int32(value);
  }

  bigint(value: number): void {
    this.int32(8);
    this.int64(value);
  }

  boolean(value: boolean | null): void {
    if (value === null) return this.null();
    this.int32(1);
    this.buffer[this.position++] = value ? 1 : 0;
  }

  timestamp(us: number | null): void {
    if (us === null) return this.null();
    this.int32(8);
    this.int64(us - EPOCH_2000_US);
  }

  text(value: string | null): void {
    if (value === null) return this.null();
    const start = this.beginField();
    this.position += this.buffer.write(value, this.position, 'utf8');
    this.endField(start);
  }

  textArray(values: readonly string[]): void {
    const start = this.beginField();
    this.beginArray('text', values.length);
    for (const value of values) this.text(value);
    this.endField(start);
  }

  integerArray(values: readonly number[]): void {
    const start = this.beginField();
    this.beginArray('integer', values.length);
    for (const value of values) this.integer(value);
    this.endField(start);
  }

  /** An array's header, inside a field; its elements follow. An empty array has no dimensions. */
  beginArray(element: keyof typeof elementOids, length: number): void {
    this.int32(length === 0 ? 0 : 1);
    this.int32(0);
    this.int32(elementOids[element]);
    if (length === 0) return;
    this.int32(length);
    this.int32(1);
  }

  /** For a field written piece by piece; `endField` sets its length. */
  beginField(): number {
    this.position += 4;
    return this.position;
  }

  endField(start: number): void {
    this.buffer.writeInt32BE(this.position - start, start - 4);
  }

  bytes(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.position);
    this.position += bytes.length;
  }

  /** Eight hexadecimal digits. */
  hexWord(word: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) {
      const digits = hexDigits[(word >>> shift) & 0xff] as number;
      this.buffer[this.position++] = digits >>> 8;
      this.buffer[this.position++] = digits & 0xff;
    }
  }

  private int16(value: number): void {
    this.buffer[this.position++] = value >>> 8;
    this.buffer[this.position++] = value;
  }

  private int32(value: number): void {
    const { buffer } = this;
    buffer[this.position++] = value >>> 24;
    buffer[this.position++] = value >>> 16;
    buffer[this.position++] = value >>> 8;
    buffer[this.position++] = value;
  }

  private int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value >>> 0);
  }
}
