import { tokenise } from '../../../kernel/migrations/rehearsal/sql-tokens.js';

const SHOWN_CHARACTERS = 300;

export interface MaskedText {
  /** Our own statements carry their name as a comment. */
  label: string | null;
  text: string;
}

/**
 * A statement of pg_stat_activity without what may be a secret or a person's: constants are `?`, comments are gone, and what
 * does not end, since PostgreSQL has cut it off, is left out.
 */
export function maskedText(query: string | null): MaskedText | null {
  if (query === null) return null;
  const label = /\/\* ([a-z-]+\.[a-z-]+) \*\//.exec(query)?.[1] ?? null;
  // With standard_conforming_strings off it does not end the constant.
  const [known = ''] = query.split("\\'", 1);
  let text = '';
  let end = 0;
  for (const token of tokenise(known)) {
    if (token.kind === 'unterminated') break;
    text += (token.start > end && text !== '' ? ' ' : '') + masked(token, known);
    end = token.end;
    if (text.length > SHOWN_CHARACTERS) break;
  }
  const isWhole =
    end >= known.trimEnd().length && known.length === query.length && text.length <= SHOWN_CHARACTERS;
  return { label, text: isWhole ? text : `${text.slice(0, SHOWN_CHARACTERS)}…` };
}

function masked({ kind, text, start, end }: ReturnType<typeof tokenise>[number], sql: string): string {
  if (kind === 'string') return '?';
  return /^\d/.test(text) && kind === 'other' ? '?' : sql.slice(start, end);
}
