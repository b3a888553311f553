import type { TestApp } from './test-app.js';

export type Row = Record<string, unknown> & { id: string };

export interface ListPage {
  rows: Row[];
  total: number;
  total_is: 'exact' | 'at_least';
  next_cursor: string | null;
  prev_cursor: string | null;
}

export type Parameters = Record<string, string | number | readonly number[] | undefined>;

/** The list's answer; throws for any other than 200. */
export async function askPage(
  app: TestApp,
  token: string,
  list: string,
  parameters: Parameters,
): Promise<ListPage> {
  const query = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  );
  const path = `/${list}?${query.join('&')}`;
  const { status, body, text } = await app.get(path, token);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
  return { ...body, rows: body.events ?? body.delivery_attempts ?? body.deliveries };
}

/** All pages from the first to the oldest, then back from there by the cursors to newer rows. */
export async function walk(
  ask: (parameters: Parameters) => Promise<ListPage>,
  betweenPages: () => Promise<unknown> = () => Promise.resolve(),
): Promise<{ older: ListPage[]; newer: ListPage[] }> {
  const older = [await ask({})];
  for (let next = older[0]?.next_cursor; next; next = older.at(-1)?.next_cursor) {
    await betweenPages();
    older.push(await ask({ cursor: next }));
  }
  const newer = older.slice(-1);
  for (let previous = newer[0]?.prev_cursor; previous; previous = newer[0]?.prev_cursor) {
    await betweenPages();
    newer.unshift(await ask({ cursor: previous }));
  }
  return { older, newer };
}

export const idsOf = (pages: readonly ListPage[]) => pages.flatMap(({ rows }) => rows.map(({ id }) => id));
