import { crc32 } from 'node:zlib';
import { formatUuid, Random } from '../../src/demo/random.js';

/** What a row may be when it is read back, besides gone. */
type Expectation = 'nothing' | 'acknowledged' | 'unknown';
const states: readonly Expectation[] = ['nothing', 'acknowledged', 'unknown'];

/**
 * What the acknowledged rows of one table must look like, in nine bytes a row: ids are made from the row's number, and of
 * the columns only a checksum is kept, so that a soak test of hours fits into memory.
 */
export class WrittenRows {
  private readonly ids: Random;
  private checksums = new Uint32Array(1024);
  private state = new Uint8Array(1024);
  /** Of updates whose acknowledgement never came: the row may look like this as well. */
  private readonly alternatives = new Map<number, number>();
  private length = 0;

  /** `key` is new in every run, or the ids of the run before would come again. */
  constructor(
    key: string,
    private readonly stream: number,
  ) {
    this.ids = new Random(key);
  }

  get rows(): number {
    return this.length;
  }

  /** The number of a row that is about to be written. */
  add(): number {
    if (this.length === this.state.length) this.grow();
    return this.length++;
  }

  idOf(row: number): string {
    return formatUuid(this.ids.seek(this.stream, row).uuid());
  }

  acknowledge(row: number, content: object): void {
    this.checksums[row] = checksum(content);
    this.state[row] = states.indexOf('acknowledged');
  }

  /** The insert may be there or not. */
  insertUnknown(row: number): void {
    this.state[row] = states.indexOf('unknown');
  }

  /** The row is there, with its old content or with this. */
  updateUnknown(row: number, content: object): void {
    this.alternatives.set(row, checksum(content));
  }

  /** `found` is what was read back, without the id; undefined when there was no such row. */
  verdict(row: number, found: object | undefined): 'right' | 'lost' | 'mismatched' {
    if (this.state[row] !== states.indexOf('acknowledged')) return 'right';
    if (found === undefined) return 'lost';
    const actual = checksum(found);
    return actual === this.checksums[row] || actual === this.alternatives.get(row) ? 'right' : 'mismatched';
  }

  private grow(): void {
    const checksums = new Uint32Array(this.length * 2);
    checksums.set(this.checksums);
    this.checksums = checksums;
    const state = new Uint8Array(this.length * 2);
    state.set(this.state);
    this.state = state;
  }
}

const checksum = (content: object) => crc32(JSON.stringify(Object.values(content)));
