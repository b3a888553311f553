export interface SqlToken {
  kind: 'word' | 'name' | 'string' | 'other' | 'unterminated';
  /** A word in lower case, a quoted name without its quotes, anything else as it is. */
  text: string;
  start: number;
  end: number;
}

type Scan = (sql: string, at: number) => number;

const matching =
  (pattern: RegExp): Scan =>
  (sql, at) => {
    pattern.lastIndex = at;
    return pattern.test(sql) ? pattern.lastIndex : at;
  };

const spaceEnd = matching(/(?:\s+|--[^\n]*)+/y);
const escapeString = matching(/e'(?:[^'\\]|\\.|'')*'/isy);
const plainString = matching(/(?:[bxn]|u&)?'(?:[^']|'')*'/iy);
const quotedName = matching(/(?:u&)?"(?:[^"]|"")*"/iy);
const word = matching(/[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy);
const other = matching(/\$\d+|\d+(?:\.\d+)?|::|./sy);
const dollarTag = /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy;
const opensQuote = matching(/(?:[ebxn]|u&)?['"]/iy);

/** The tokens of a text without its comments. What does not end (a quote, a comment) is one token up to the end. */
export function tokenise(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = skipSpace(sql, 0); at < sql.length; at = skipSpace(sql, at)) {
    const token = tokenAt(sql, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(sql: string, start: number): SqlToken {
  const token = (kind: SqlToken['kind'], end: number, text = sql.slice(start, end)): SqlToken => ({
    kind,
    text,
    start,
    end,
  });
  if (sql.startsWith('/*', start)) return token('unterminated', sql.length);
  const dollarEnd = dollarQuoteEnd(sql, start);
  if (dollarEnd !== null) return token(dollarEnd < 0 ? 'unterminated' : 'string', Math.abs(dollarEnd));
  for (const scan of [escapeString, plainString]) {
    const end = scan(sql, start);
    if (end > start) return token('string', end);
  }
  const nameEnd = quotedName(sql, start);
  if (nameEnd > start)
    return token(
      'name',
      nameEnd,
      sql
        .slice(start, nameEnd)
        .replace(/^.*?"|"$/gs, '')
        .replaceAll('""', '"'),
    );
  if (opensQuote(sql, start) > start) return token('unterminated', sql.length);
  const wordEnd = word(sql, start);
  return wordEnd > start
    ? token('word', wordEnd, sql.slice(start, wordEnd).toLowerCase())
    : token('other', other(sql, start));
}

/** null: no dollar quote begins here; negative: it does not end. */
function dollarQuoteEnd(sql: string, start: number): number | null {
  dollarTag.lastIndex = start;
  const tag = dollarTag.exec(sql)?.[0];
  if (tag === undefined) return null;
  const closing = sql.indexOf(tag, start + tag.length);
  return closing < 0 ? -sql.length : closing + tag.length;
}

/** Past white space and comments, which PostgreSQL nests; a comment that does not end stays where it is. */
function skipSpace(sql: string, from: number): number {
  for (let at = from; ;) {
    const next = blockCommentEnd(sql, spaceEnd(sql, at));
    if (next === at) return at;
    at = next;
  }
}

function blockCommentEnd(sql: string, start: number): number {
  if (!sql.startsWith('/*', start)) return start;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return start;
}

export interface SqlStatement {
  text: string;
  tokens: SqlToken[];
}

/** At each semicolon outside parentheses and outside the BEGIN ATOMIC … END of a function. */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlToken[][] = [[]];
  let parentheses = 0;
  let blocks = 0;
  let previous = '';
  for (const token of tokenise(sql)) {
    const isWord = token.kind === 'word';
    if (token.text === '(') parentheses++;
    if (token.text === ')') parentheses--;
    if (isWord && token.text === 'atomic' && previous === 'begin') blocks = 1;
    else if (blocks > 0 && isWord && token.text === 'case') blocks++;
    else if (blocks > 0 && isWord && token.text === 'end') blocks--;
    previous = isWord ? token.text : '';
    if (token.text === ';' && token.kind === 'other' && parentheses <= 0 && blocks === 0) statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements
    .filter((tokens) => tokens.length > 0)
    .map((tokens) => ({ tokens, text: sql.slice(tokens[0]?.start, tokens.at(-1)?.end) }));
}
