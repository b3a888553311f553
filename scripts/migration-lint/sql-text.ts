// In this order: what begins first hides what is inside it.
const token =
  /--[^\n]*|\/\*|\$(?:[a-z_]\w*)?\$|\bE'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|;|\$\d+|\w[\w$]*|\s+|./gis;
const plainName = /^"[a-z_][a-z0-9_]*"$/;

interface Piece {
  /** As it was written. */
  raw: string;
  /** Without comments, with '' for each string and $$$$ for each dollar-quoted body. */
  bare: string;
}

/** The statements of a text; a semicolon in a string, comment, quoted name or function body ends none. */
export function splitStatements(sql: string): { sql: string; text: string }[] {
  const statements: Piece[] = [{ raw: '', bare: '' }];
  for (const piece of pieces(sql)) {
    const last = statements.at(-1) as Piece;
    if (piece.bare === ';' && !isInsideAtomicBody(last.bare)) statements.push({ raw: '', bare: '' });
    else {
      last.raw += piece.raw;
      last.bare += piece.bare;
    }
  }
  return statements
    .map(({ raw, bare }) => ({ sql: raw.trim(), text: oneLine(bare) }))
    .filter(({ text }) => text !== '');
}

/** Splits at the commas that stand in no parentheses. */
export function splitList(text: string): string[] {
  const items = [''];
  let depth = 0;
  for (const character of text) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (character === ',' && depth === 0) items.push('');
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

const isInsideAtomicBody = (bare: string) => /\bBEGIN\s+ATOMIC\b/i.test(bare) && !/;\s*END\s*$/i.test(bare);

// `public.` goes, so that a table has one name.
const oneLine = (bare: string) =>
  bare
    .replace(/\s+/g, ' ')
    .replace(/\bpublic\s?\.\s?/g, '')
    .trim();

function* pieces(sql: string): Generator<Piece> {
  const scan = new RegExp(token);
  for (let match = scan.exec(sql); match !== null; match = scan.exec(sql)) {
    const [raw] = match;
    if (raw.startsWith('--')) yield { raw, bare: ' ' };
    else if (raw === '/*' || /^\$(?:[a-z_]\w*)?\$$/i.test(raw)) {
      const end = raw === '/*' ? commentEnd(sql, match.index) : bodyEnd(sql, match.index, raw);
      scan.lastIndex = end;
      yield { raw: sql.slice(match.index, end), bare: raw === '/*' ? ' ' : '$$$$' };
    } else if (/^E?'/is.test(raw) && raw.length > 1) yield { raw, bare: "''" };
    else yield { raw, bare: plainName.test(raw) ? raw.slice(1, -1) : raw };
  }
}

function commentEnd(sql: string, from: number): number {
  let depth = 0;
  for (const match of sql.slice(from).matchAll(/\/\*|\*\//g)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return from + match.index + 2;
  }
  return sql.length;
}

function bodyEnd(sql: string, from: number, tag: string): number {
  const end = sql.indexOf(tag, from + tag.length);
  return end === -1 ? sql.length : end + tag.length;
}
