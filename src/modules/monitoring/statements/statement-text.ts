/** What is kept of a statement's text. */
export interface StatementText {
  /** Normalised; null: pg_stat_statements has lost it. */
  readonly text: string | null;
  /** The name of one of our own statements. */
  readonly label: string | null;
  /** Plannable: SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES. */
  readonly kind: 'plannable' | 'utility' | 'unknown';
  /** Literals were in it, and are not any more. */
  readonly isMasked: boolean;
  readonly isTruncated: boolean;
}

export const MAX_TEXT_LENGTH = 100_000;

// Comments, names in quotes, and literals in each of their forms; what is neither is passed over.
const token =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|("(?:[^"]|"")*(?:"|$))|([eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|'(?:[^']|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\4\$|$))|\$\d+|[\w$]+/g;
const plannable = /^(select|insert|update|delete|merge|values|with|table)$/i;
const ourLabel = /^[\s(]*\w+ \/\* ([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+) \*\//;
/** A value without quotes: `SET x.token TO secret`. */
const assigned = /^([\s(]*(?:alter\s[^=]*?\s)?set\s[^=]*?(?:=\s*|\sto\s+))[\s\S]*/i;

/**
 * pg_stat_statements puts $n in the place of constants, but not in utility statements, such as CREATE ROLE … PASSWORD, nor
 * always in an entry that was evicted while it ran: what is left of them is masked.
 */
export function statementText(raw: string | null): StatementText {
  if (raw === null) return { text: null, label: null, kind: 'unknown', isMasked: false, isTruncated: false };
  const isTruncated = raw.length > MAX_TEXT_LENGTH;
  const cut = raw.slice(0, MAX_TEXT_LENGTH);
  const kind = plannable.test(firstWord(cut)) ? 'plannable' : 'utility';
  const text = mask(cut, kind === 'utility');
  return { text, label: ourLabel.exec(cut)?.[1] ?? null, kind, isMasked: text !== cut, isTruncated };
}

function firstWord(text: string): string {
  for (const [word, comment] of text.matchAll(token)) if (comment === undefined) return word;
  return '';
}

function mask(text: string, isUtility: boolean): string {
  const masked = text.replace(token, (found: string, comment?: string, name?: string, literal?: string) => {
    // A comment may hold what somebody has commented out.
    if (comment !== undefined) return /'|\$\w*\$/.test(comment) && isUtility ? '/* … */' : comment;
    if (name !== undefined || literal === undefined) return found;
    // Backslashes mean what standard_conforming_strings said then: nothing after it can be told apart.
    return `'…'${/^'.*\\'?$/s.test(literal) ? '\u0000' : ''}`;
  });
  const [safe = ''] = masked.split('\u0000');
  return isUtility ? safe.replace(assigned, '$1…') : safe;
}
