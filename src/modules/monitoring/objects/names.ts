const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** For a statement: always quoted, since a plain word may be a reserved one. */
export const sqlName = (...names: string[]) => names.map(quoted).join('.');

/** For a person to read: quoted where it has to be. */
export const plainName = (...names: string[]) =>
  names.map((name) => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoted(name))).join('.');

export const columnList = (names: readonly string[]) => names.map(quoted).join(', ');
