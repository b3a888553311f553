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
    /** The same for the same strings. */
    readonly key: unknown = strings,
  ) {}
}

/** A part of a statement that is there only on some paths, e.g. an optional filter. */
export const fragment = (strings: TemplateStringsArray, ...params: unknown[]) =>
  new Fragment(strings, params);
export type SqlFragment = Fragment;
/** SQL that the program puts together from its own constants, such as a list of columns. Never from input. */
export const constant = (text: string) => new Fragment([text], [], text);
export const nothing = constant('');
const FOREIGN = Symbol('foreign');
/** SQL of somebody else, such as a statement that is explained: of such texts there is no end, and none is kept. */
export const foreign = (text: string) => new Fragment([text], [], FOREIGN);
const MOMENT = Symbol('moment');
/** The time up to which the node that runs the statement has everything: now, or on a replica a little before. */
export const nodeMoment = fragment`coalesce(${MOMENT}::timestamptz, now())`;
/** The only way for a name (table, column) into a statement. */
export const identifier = (name: string) => constant(`"${name.replaceAll('"', '""')}"`);

/**
 * Tag for a runtime statement: sql<Row>('module.verb-noun')`SELECT … ${value} …`.
 * The label goes to the server as a comment (pg_stat_activity, pg_stat_statements) and names the prepared
 * statement; a text that varies by fragments gets a hash of it, since one name means one text.
 */
export const sql =
  <Row>(label: string) =>
  (strings: TemplateStringsArray, ...params: unknown[]): Sql<Row> => {
    const statement = new Fragment(strings, params);
    const values: unknown[] = [];
    const structure = followed(structures.next(label), statement, values);
    return { ...(structure.rendered ??= render(label, statement)), values };
  };

type Rendered = Pick<Sql<never>, 'label' | 'name' | 'text' | 'momentsAt'>;

/** In place of a value while a statement is put together. */
class Place {
  constructor(readonly name: PropertyKey) {}
}
/** What may be a value or its place: it can be bound, and nothing else can depend on it. */
export type Bindable<Value> = Value | Place;
export type Places<Values> = { readonly [Name in keyof Values]: Place };

/**
 * A statement that is put together once for each shape, and at each request costs no more than the list of its values. In
 * `build` each has a place, so that nothing but the shape decides what the text is, and is one parameter wherever that is used.
 */
export function shaped<Values extends object, Shape extends string, Row>(
  build: (places: Places<Values>, shape: Shape) => Sql<Row>,
): (values: Values, shape: Shape) => Sql<Row> {
  const built = new Map<Shape, Sql<Row>>();
  return (values, shape) => {
    const statement = built.get(shape) ?? build(newPlaces<Values>(), shape);
    built.set(shape, statement);
    const valueAt = (bound: unknown) => (bound instanceof Place ? values[bound.name as keyof Values] : bound);
    return { ...statement, values: statement.values.map(valueAt) };
  };
}

/** One of each name. */
function newPlaces<Values>(): Places<Values> {
  const places = new Map<PropertyKey, Place>();
  const get = (_: object, name: PropertyKey) => {
    const place = places.get(name) ?? new Place(name);
    places.set(name, place);
    return place;
  };
  return new Proxy({}, { get }) as Places<Values>;
}

/** Which of the bound values is this one, -1: none. Values that are equal by chance are two. */
const boundAt = (values: readonly unknown[], param: unknown) =>
  param instanceof Place ? values.indexOf(param) : -1;

/**
 * What was rendered is found again by its templates and constants, in their order and with the places of its values: that
 * takes a third of putting 11 KB together and hashing them. They come from the code: there are as many as prepared statements.
 */
class Structure {
  rendered: Rendered | undefined;
  private readonly following = new Map<unknown, Structure>();

  next(key: unknown): Structure {
    const known = this.following.get(key);
    if (known !== undefined) return known;
    const structure = new Structure();
    if (key !== FOREIGN) this.following.set(key, structure);
    return structure;
  }
}

const structures = new Structure();
const VALUE = Symbol('value');

/** Where `param` leads to from `structure`; its values are added to `values`. */
function followed(structure: Structure, param: unknown, values: unknown[]): Structure {
  if (param instanceof Fragment) {
    let reached = structure.next(param.key);
    for (const inner of param.params) reached = followed(reached, inner, values);
    return reached;
  }
  const known = boundAt(values, param);
  if (known >= 0) return structure.next(known);
  values.push(param === MOMENT ? null : param);
  return structure.next(VALUE);
}

function render(label: string, statement: Fragment): Rendered {
  const bound: unknown[] = [];
  const momentsAt: number[] = [];
  const textOf = (param: unknown): string => {
    if (param instanceof Fragment)
      return param.strings.reduce((text, part, index) => text + textOf(param.params[index - 1]) + part);
    const known = boundAt(bound, param);
    if (known >= 0) return `$${known + 1}`;
    if (param === MOMENT) momentsAt.push(bound.length);
    return `$${bound.push(param)}`;
  };
  // After the first word: PostgreSQL 18 keeps no comment before that in pg_stat_statements.
  const text = textOf(statement)
    .trim()
    .replace(/^\(*\w+/, (verb) => `${verb} /* ${label} */`);
  const isFixed = !statement.params.some((param) => param instanceof Fragment);
  return {
    label,
    name: isFixed ? label : `${label}#${hash(text)}`,
    text,
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
