import * as catalog from './schema-dump.sql.js';

export interface DumpOptions {
  /** Tables to leave out, with what belongs to them. */
  without?: readonly string[];
}

const header = `-- The schema that the migrations make. Written by \`npm run db:dump\`, not by hand.
SET check_function_bodies = off;`;

/**
 * The schema as SQL, from the catalogs alone: every object but the members of extensions, worded and ordered the
 * same by PostgreSQL 14 to 18 whenever it was created. No rows, owners or privileges. Names in `public` are
 * unqualified. Run on an empty database, it makes the same schema.
 */
export async function dumpSchema(
  query: (text: string) => Promise<unknown[]>,
  { without = [] }: DumpOptions = {},
): Promise<string> {
  const read = async (text: string, reword: (definition: string) => string) =>
    ((await query(text)) as catalog.ObjectRow[])
      .filter(({ relation }) => relation === null || !without.includes(relation))
      .map(({ definition }) => reword(definition));
  const statements = [
    ...(await read(catalog.preambleSql, unqualify)),
    ...(await read(catalog.tablesSql, unqualify)),
    ...(await read(catalog.lateConstraintsSql, unqualify)),
    ...(await read(catalog.functionsSql, unqualifyHead)),
    ...(await read(catalog.viewsSql, (definition) => plainColumns(unqualify(definition)))),
    ...(await read(catalog.triggersSql, unqualify)),
    ...(await read(catalog.commentsSql, unqualify)),
  ];
  return [header, ...statements.map(spaced)].join('\n') + '\n';
}

// Whether PostgreSQL writes `public.` depends on the search path of the session.
const unqualify = (definition: string) =>
  definition.replace(/'(?:[^']|'')*'(::regclass)?|\bpublic\./g, (match, regclass?: string) =>
    match.startsWith("'") && regclass === undefined ? match : match.replace(/\bpublic\./, ''),
  );

const unqualifyHead = (definition: string) => {
  const [head = '', ...body] = definition.split(/(?=\nAS \$|\nBEGIN ATOMIC)/);
  return unqualify(head) + body.join('');
};

const word = '(?:\\w+|"[^"]+")';
const clause = 'WHERE|GROUP|ORDER|LIMIT|OFFSET|HAVING|WINDOW';
const onlySource = new RegExp(
  `^ (?:${word}\\.)?(${word}|\0\\d+)(?: (?!${clause})(${word}))?(?=;|\\s+(?:${clause}))`,
);

/** Up to PostgreSQL 15 the columns of a view over one relation are qualified, from 16 on they are not. */
function plainColumns(definition: string): string {
  const { outer, subselects } = splitSubselects(definition);
  const [, from, ...moreFrom] = outer.split(/\bFROM\b/);
  const source = onlySource.exec(from ?? '');
  const name = source?.[2] ?? source?.[1];
  const plain = name === undefined || moreFrom.length > 0 ? outer : outer.replaceAll(`${name}.`, '');
  return plain.replace(/\0(\d+)/g, (_, index: string) => subselects[Number(index)] ?? '');
}

/** Takes the subselects out, leaving \0 and a number for each: their columns are qualified in every version. */
function splitSubselects(definition: string): { outer: string; subselects: string[] } {
  const subselects: string[] = [];
  let outer = '';
  let depth = 0;
  for (const [token] of definition.matchAll(/'(?:[^']|'')*'|"[^"]*"|\(\s*SELECT\b|[^'"()]+|[()'"]/g)) {
    if (depth === 0 && !/^\(\s*SELECT/.test(token)) outer += token;
    else {
      if (depth === 0) outer += `\0${subselects.push('') - 1}`;
      depth += token.startsWith('(') ? 1 : token === ')' ? -1 : 0;
      subselects[subselects.length - 1] += token;
    }
  }
  return { outer, subselects };
}

// Statements of several lines stand apart.
const spaced = (statement: string) =>
  /^CREATE (UNLOGGED |UNIQUE )?(TABLE|OR|MATERIALIZED|VIEW)/.test(statement) ? `\n${statement}` : statement;
