import { createHash } from 'node:crypto';

/** Every kind of row draws from a stream of its own, so that a change to one leaves the others as they were. */
export const stream = {
  users: 1,
  applications: 2,
  endpoints: 3,
  endpointStates: 4,
  feeds: 5,
  events: 6,
  payloads: 7,
  /** One stream a chain from here on: the blocks' hashes. */
  blocks: 100,
} as const;

/** Four big-endian words: several times cheaper to make than a Buffer, and millions are made. */
export type Uuid = readonly [number, number, number, number];

/** Of which EthHook makes its keys and secrets. */
export const alphanumerics = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const WARM_UP_ROUNDS = 15;

/**
 * sfc32 (Chris Doty-Humphrey's PractRand): 128 bits of state. `seek` sets the state from the key and a position, so row
 * n is the same whichever worker makes it, and in whichever order.
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;
  private readonly key0: number;
  private readonly key1: number;

  constructor(key: string) {
    const digest = createHash('sha256').update(key).digest();
    this.key0 = digest.readUInt32LE(0);
    this.key1 = digest.readUInt32LE(4);
  }

  /** Restarts at the first draw of row `index` (0 ≤ index < 2^53) of a stream. */
  seek(streamNumber: number, index: number): this {
    const high = Math.floor(index / 2 ** 32);
    this.a = index | 0;
    this.b = this.key0 ^ Math.imul(streamNumber, 0x9e3779b1) ^ high;
    this.c = this.key1;
    this.counter = 1;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.uint32();
    return this;
  }

  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.uint32() / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + this.unit() * (high - low);
  }

  /** A whole number in [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** Version 4, variant 1, as uuid_generate_v4() makes them. */
  uuid(): Uuid {
    const a = this.uint32();
    const b = (this.uint32() & 0xffff0fff) | 0x4000;
    const c = (this.uint32() & 0x3fffffff) | 0x80000000;
    return [a, b >>> 0, c >>> 0, this.uint32()];
  }

  text(length: number, alphabet: string): string {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[this.integer(0, alphabet.length - 1)] as string;
    return text;
  }

  /** Lower-case hexadecimal, 8 digits a word. */
  hex(words: number): string {
    let text = '';
    for (let i = 0; i < words; i++) text += hexOf(this.uint32());
    return text;
  }
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Eight digits; a tenth of the time of Number.toString(16), and it is called for every answer of a receiver. */
function hexOf(word: number): string {
  return (
    (hexOfByte[word >>> 24] as string) +
    (hexOfByte[(word >>> 16) & 0xff] as string) +
    (hexOfByte[(word >>> 8) & 0xff] as string) +
    (hexOfByte[word & 0xff] as string)
  );
}

/** `id` in PostgreSQL's text form. */
export function formatUuid(id: Uuid): string {
  return id
    .map(hexOf)
    .join('')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Draws an index with a probability in proportion to its weight. */
export class WeightedChoice {
  private readonly cumulative: Float64Array;
  private readonly total: number;

  constructor(weights: readonly number[]) {
    this.cumulative = new Float64Array(weights.length);
    let sum = 0;
    weights.forEach((weight, i) => (this.cumulative[i] = sum += weight));
    this.total = sum;
  }

  draw(random: Random): number {
    const target = random.unit() * this.total;
    let low = 0;
    let high = this.cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.cumulative[middle] as number) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
