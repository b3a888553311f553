import type { SqlToken } from './sql-tokens.js';

/** Reads a statement from left to right. Words are matched in lower case, and never as a quoted name. */
export class SqlCursor {
  constructor(
    readonly tokens: readonly SqlToken[],
    public at = 0,
  ) {}

  get ended(): boolean {
    return this.at >= this.tokens.length;
  }

  /** The word there, '' when there is none. */
  word(ahead = 0): string {
    const token = this.tokens[this.at + ahead];
    return token?.kind === 'word' ? token.text : '';
  }

  symbol(ahead = 0): string {
    const token = this.tokens[this.at + ahead];
    return token?.kind === 'other' ? token.text : '';
  }

  looksAt(phrase: string): boolean {
    return phrase.split(' ').every((text, ahead) => text === this.word(ahead) || text === this.symbol(ahead));
  }

  /** Goes past the first of the phrases that is there; returns it, or ''. */
  accept(...phrases: string[]): string {
    const found = phrases.find((phrase) => this.looksAt(phrase)) ?? '';
    if (found !== '') this.at += found.split(' ').length;
    return found;
  }

  /** A name as it is looked up: qualified as written but for `public`, quoted where it must be; '' when none. */
  name(): string {
    const parts: string[] = [];
    do {
      const token = this.tokens[this.at];
      if (token?.kind !== 'word' && token?.kind !== 'name') return '';
      parts.push(
        /^[a-z_][a-z0-9_$]*$/.test(token.text) ? token.text : `"${token.text.replaceAll('"', '""')}"`,
      );
      this.at++;
    } while (this.accept('.'));
    return parts.length === 2 && parts[0] === 'public' ? (parts[1] ?? '') : parts.join('.');
  }

  /** `[ONLY] name [*]`, as often as a comma follows. */
  names(): string[] {
    const found: string[] = [];
    do {
      this.accept('only');
      const name = this.name();
      if (name === '') break;
      found.push(name);
      this.accept('*');
    } while (this.accept(','));
    return found;
  }

  /** What is within the parentheses that open here, which are passed; [] when none do. */
  parenthesised(): SqlToken[] {
    if (this.symbol() !== '(') return [];
    const start = this.at + 1;
    let depth = 0;
    for (; !this.ended; this.at++) {
      depth += this.symbol() === '(' ? 1 : this.symbol() === ')' ? -1 : 0;
      if (depth === 0) break;
    }
    return this.tokens.slice(start, this.at++);
  }

  rest(): SqlToken[] {
    return this.tokens.slice(this.at);
  }
}

/** At each comma outside parentheses and brackets. */
export function splitByComma(tokens: readonly SqlToken[]): SqlToken[][] {
  const parts: SqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    const symbol = token.kind === 'other' ? token.text : '';
    depth += '(['.includes(symbol || ' ') ? 1 : ')]'.includes(symbol || ' ') ? -1 : 0;
    if (symbol === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

const isWord = (token: SqlToken | undefined, text: string) => token?.kind === 'word' && token.text === text;

/** Where these words stand one after the other, outside parentheses unless `deep`; -1 when nowhere. */
export function indexOfPhrase(tokens: readonly SqlToken[], phrase: string, deep = false): number {
  const words = phrase.split(' ');
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'other') depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if ((deep || depth === 0) && words.every((text, ahead) => isWord(tokens[index + ahead], text)))
      return index;
  }
  return -1;
}

/** The text from its first token to its last, comments within included. */
export const textOf = (sql: string, tokens: readonly SqlToken[]): string => {
  const [first] = tokens;
  return first === undefined ? '' : sql.slice(first.start, tokens.at(-1)?.end);
};
