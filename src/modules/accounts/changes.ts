import { isDeepStrictEqual } from 'node:util';

/** The fields that change, as they were and as they will be. */
export interface Changes<Fields> {
  before: Partial<Fields>;
  after: Partial<Fields>;
}

/** What of the sent fields differs from what is there; undefined when nothing does. */
export function changesOf<Fields extends object>(
  there: Fields,
  sent: { readonly [Key in keyof Fields]?: Fields[Key] | undefined },
): Changes<Fields> | undefined {
  const changed = (Object.keys(sent) as (keyof Fields)[]).filter(
    (key) => sent[key] !== undefined && !isDeepStrictEqual(sent[key], there[key]),
  );
  if (changed.length === 0) return undefined;
  return { before: pick(there, changed), after: pick(sent as Fields, changed) };
}

const pick = <Fields extends object>(from: Fields, keys: readonly (keyof Fields)[]) =>
  Object.fromEntries(keys.map((key) => [key, from[key]])) as Partial<Fields>;
