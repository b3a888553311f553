/** Not prepared: for a session that a pooler may share out, in which a name may be another's, or not there. */
export const unnamed = <Row>(statement: Sql<Row>): Sql<Row> => ({ ...statement, name: '' });

declare const rowType: unique symbol;

/** A statement ready for the driver: every value is a bound parameter, `name` is its prepared statement. */
export interface Sql<Row> {
  readonly label: string;
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** Which of the values are the moment of the node that runs it: null means now. */
  readonly momentsAt?: readonly number[];
  /** Planned each time, with its values; else once for all of them. */
  readonly isPlannedByValues?: boolean;
  /** The server refuses the text when it is more than one statement, also where nothing is bound. */
  readonly isAlone?: boolean;
  readonly [rowType]?: Row;
}

/** A piece of SQL for use inside another statement. */
class Fragment {
  constructor(
    readonly strings: readonly string[],
    readonly params: readonly unknown[],
  ) {}
}

/** A part of a statement that is there only on some paths, e.g. an optional filter. */
export const fragment = (strings: TemplateStringsArray, ...params: unknown[]) =>
  new Fragment(strings, params);
export const nothing = new Fragment([''], []);
export type SqlFragment = Fragment;
/** SQL that the program puts together from its own constants, such as a list of columns. Never from input. */
export const constant = (text: string) => new Fragment([text], []);
const MOMENT = Symbol('moment');
/** The time up to which the node that runs the statement has everything: now, or on a replica a little before. */
export const nodeMoment = fragment`coalesce(${MOMENT}::timestamptz, now())`;
/** The only way for a name (table, column) into a statement. */
export const identifier = (name: string) => new Fragment([`"${name.replaceAll('"', '""')}"`], []);

const staticTexts = new WeakMap<TemplateStringsArray, string>();

/**
 * Tag for a runtime statement: sql<Row>('module.verb-noun')`SELECT … ${value} …`.
 * The label goes to the server as a comment (pg_stat_activity, pg_stat_statements) and names the prepared
 * statement; a text that varies by fragments gets a hash of it, since one name means one text.
 */
export const sql =
  <Row>(label: string) =>
  (strings: TemplateStringsArray, ...params: unknown[]): Sql<Row> => {
    if (!params.some((param) => param instanceof Fragment)) {
      const text = staticTexts.get(strings) ?? render(label, strings, params).text;
      staticTexts.set(strings, text);
      return { label, name: label, text, values: params };
    }
    const rendered = render(label, strings, params);
    return { label, name: `${label}#${hash(rendered.text)}`, ...rendered };
  };

function render(label: string, strings: readonly string[], params: readonly unknown[]) {
  const values: unknown[] = [];
  const momentsAt: number[] = [];
  const append = (parts: readonly string[], inner: readonly unknown[]): string =>
    parts.reduce((text, part, index) => {
      const param = inner[index - 1];
      return text + (param instanceof Fragment ? append(param.strings, param.params) : bind(param)) + part;
    });
  const bind = (value: unknown) => {
    if (value !== MOMENT) return `$${values.push(value)}`;
    momentsAt.push(values.length);
    return `$${values.push(null)}`;
  };
  // After the first word: PostgreSQL 18 keeps no comment before that in pg_stat_statements.
  return {
    text: append(strings, params)
      .trim()
      .replace(/^\(*\w+/, (verb) => `${verb} /* ${label} */`),
    values,
    ...(momentsAt.length > 0 ? { momentsAt } : {}),
  };
}

// FNV-1a, 32 bits: names differ within one label only, where a handful of texts exist.
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value.toString(36);
}
