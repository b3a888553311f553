/** Of a statement on a row that the transaction has locked, or has just written. */
export function onlyRow<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a locked row is gone');
  return row;
}
