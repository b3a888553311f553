/** What was found, in the order of the ids, and the ids of which nothing was. */
export function splitFound<Row>(ids: readonly string[], rows: readonly Row[], idOf: (row: Row) => string) {
  const byId = new Map(rows.map((row) => [idOf(row), row]));
  return {
    found: ids.flatMap((id) => byId.get(id) ?? []),
    notFound: ids.filter((id) => !byId.has(id)),
  };
}
