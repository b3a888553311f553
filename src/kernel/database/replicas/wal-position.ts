const PAGE_BYTES = 8192n;
const SHORT_HEADER_BYTES = 24n;
const LONG_HEADER_BYTES = 40n;

/** A place in PostgreSQL's log, as a number that can be compared. */
export type WalPosition = bigint;

/** `16/B374D848`, as PostgreSQL writes it. */
export function parseWalPosition(text: string): WalPosition {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * Where the last record before `insert` ends. On a page on which nothing is written yet, PostgreSQL gives the place after
 * the page's header, which no replica that has everything ever reports.
 */
export function endOfRecords(insert: WalPosition, segmentBytes: bigint): WalPosition {
  const isFirstOfSegment = insert % segmentBytes < PAGE_BYTES;
  const header = isFirstOfSegment ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES;
  return insert % PAGE_BYTES === header ? insert - header : insert;
}
