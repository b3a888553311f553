import { eventShapes } from './event-shapes.js';

const MASK = (1n << 64n) - 1n;
const rotate = (x: bigint, by: number) => ((x << BigInt(by)) | (x >> BigInt(64 - by))) & MASK;

/** keccak-256 as Ethereum uses it; node's sha3-256 pads differently. FIPS 202, with 0x01 for the padding. */
function keccak256(text: string): string {
  const block = Buffer.alloc(136);
  block.write(text);
  block[text.length] = 1;
  block[135] = (block[135] as number) | 0x80;
  let lanes = new Array<bigint>(25).fill(0n);
  for (let i = 0; i < 17; i++) lanes[i] = block.readBigUInt64LE(8 * i);
  let lfsr = 1;
  for (let round = 0; round < 24; round++) {
    lanes = permute(lanes);
    for (let j = 0; j < 7; j++) {
      if (lfsr & 1) lanes[0]! ^= 1n << BigInt(2 ** j - 1);
      lfsr = (lfsr << 1) ^ (lfsr & 0x80 ? 0x171 : 0);
    }
  }
  const digest = Buffer.alloc(32);
  for (let i = 0; i < 4; i++) digest.writeBigUInt64LE(lanes[i] as bigint, 8 * i);
  return `0x${digest.toString('hex')}`;
}

/** One round without its constant. */
function permute(lanes: readonly bigint[]): bigint[] {
  const at = (i: number) => lanes[i] as bigint;
  const parity = [0, 1, 2, 3, 4].map((x) => at(x) ^ at(x + 5) ^ at(x + 10) ^ at(x + 15) ^ at(x + 20));
  const mixed = lanes.map((lane, i) => lane ^ parity[(i + 4) % 5]! ^ rotate(parity[(i + 1) % 5]!, 1));
  const moved = [...mixed];
  let [x, y] = [1, 0];
  for (let t = 0, carried = mixed[1] as bigint; t < 24; t++) {
    [x, y] = [y, (2 * x + 3 * y) % 5];
    const next = mixed[x + 5 * y] as bigint;
    moved[x + 5 * y] = rotate(carried, (((t + 1) * (t + 2)) / 2) % 64);
    carried = next;
  }
  return moved.map((lane, i) => {
    const row = i - (i % 5);
    return lane ^ (~moved[row + ((i + 1) % 5)]! & MASK & moved[row + ((i + 2) % 5)]!);
  });
}

it.each(eventShapes.map((shape) => [shape.signature, shape]))(
  '%s has its keccak-256 as topic0',
  (_, shape) => {
    expect(shape.topic0).toBe(keccak256(shape.signature));
  },
);

it('indexes three arguments at most, and all the signature has are a topic or data', () => {
  for (const shape of eventShapes) {
    expect(shape.indexed.length).toBeLessThanOrEqual(3);
    expect(shape.indexed.length + shape.data.length).toBe(shape.signature.split(',').length);
  }
});
