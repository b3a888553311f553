import { MAX_TEXT_LENGTH, statementText } from './statement-text.js';

const textOf = (raw: string) => statementText(raw).text;

describe('what is kept of a text', () => {
  it('keeps a normalised one as it is, and knows our own by its label', () => {
    const raw = `SELECT /* statistics.read-dashboard */ a."it's" FROM x a WHERE a.id = $1 -- don't`;
    expect(statementText(raw)).toEqual({
      text: raw,
      label: 'statistics.read-dashboard',
      kind: 'plannable',
      isMasked: false,
      isTruncated: false,
    });
    expect(statementText('SELECT /* a note */ 1').label).toBeNull();
  });

  it.each([
    ['SELECT $1', 'plannable'],
    ['  -- note\n (SELECT $1) UNION SELECT $2', 'plannable'],
    ['/* x */ WITH a AS (SELECT $1) TABLE a', 'plannable'],
    ['merge INTO a USING b ON true WHEN MATCHED THEN DELETE', 'plannable'],
    ['COPY a TO STDOUT', 'utility'],
    ['EXPLAIN SELECT $1', 'utility'],
    ['', 'utility'],
  ])('%s is %s', (raw, kind) => expect(statementText(raw).kind).toBe(kind));

  it.each([
    [
      `CREATE ROLE a LOGIN PASSWORD 'se''cret' VALID UNTIL 'never'`,
      `CREATE ROLE a LOGIN PASSWORD '…' VALID UNTIL '…'`,
    ],
    [`ALTER ROLE a PASSWORD E'se\\'cret'`, `ALTER ROLE a PASSWORD '…'`],
    [`ALTER ROLE a PASSWORD 'secret\\' x 'secret'`, `ALTER ROLE a PASSWORD '…'`],
    [`DO $x$ SELECT 'secret' $x$`, `DO '…'`],
    [`DO $$ secret`, `DO '…'`],
    [`CREATE USER a PASSWORD 'secret`, `CREATE USER a PASSWORD '…'`],
    [`SET app.token TO secret`, `SET app.token TO …`],
    [`SET app.token = secret`, `SET app.token = …`],
    [`ALTER ROLE a SET app.token = secret`, `ALTER ROLE a SET app.token = …`],
    [`DROP ROLE a /* PASSWORD 'secret' */`, `DROP ROLE a /* … */`],
    [`SELECT pg_sleep(1), 'secret'`, `SELECT pg_sleep(1), '…'`],
  ])('%s is masked', (raw, masked) => {
    expect(textOf(raw)).toBe(masked);
    expect(statementText(raw).isMasked).toBe(true);
  });

  it('says that it is cut, or lost', () => {
    expect(statementText(`SELECT ${'1, '.repeat(MAX_TEXT_LENGTH)}1`)).toMatchObject({ isTruncated: true });
    expect(statementText(null)).toMatchObject({ text: null, kind: 'unknown' });
  });
});
