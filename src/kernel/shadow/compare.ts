/** Where two values differ: `path` as in `events.3.status`. */
export interface Difference {
  readonly path: string;
  readonly live: unknown;
  readonly original: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/** Whether two values of this field are as good as the same; `parent` holds the live field's neighbours. */
export type FieldRule = (live: unknown, original: unknown, parent: Fields) => boolean;

/** By the field's name, wherever it is. Fields without a rule must be the same. */
export type FieldRules = Readonly<Record<string, FieldRule>>;

/** For what is read from histograms: at most this share of the original away. */
export const within =
  (share: number): FieldRule =>
  (live, original) =>
    typeof live === 'number' && typeof original === 'number'
      ? Math.abs(live - original) <= share * Math.abs(original)
      : live === original;

const MAX_DIFFERENCES = 20;

/** The first differences of two answers made of plain objects, arrays and scalars. */
export function differencesOf(live: unknown, original: unknown, rules: FieldRules = {}): Difference[] {
  const found: Difference[] = [];
  const compare = (left: unknown, right: unknown, path: string) => {
    if (found.length >= MAX_DIFFERENCES) return;
    if (!isFields(left) || !isFields(right) || Array.isArray(left) !== Array.isArray(right)) {
      if (!Object.is(left, right)) found.push({ path, live: left, original: right });
      return;
    }
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const rule = rules[name];
      if (rule?.(left[name], right[name], left)) continue;
      compareField(left[name], right[name], path === '' ? name : `${path}.${name}`, rule);
    }
  };
  const compareField = (left: unknown, right: unknown, path: string, rule: FieldRule | undefined) => {
    if (rule === undefined) compare(left, right, path);
    else found.push({ path, live: left, original: right });
  };
  compare(live, original, '');
  return found;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
