import { FlagError, optionalText, toggle, wholeNumber, type Flag } from '../../src/demo/flags.js';

/** A JSON object; {} when it is not given. */
export const jsonObject: Flag<Record<string, unknown>> = (text, name) => {
  if (text === undefined) return {};
  const value = parsed(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new FlagError(`--${name} takes a JSON object, like '{"table":"public.events"}'`);
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One of these words. */
export const oneOf =
  <Word extends string>(words: readonly Word[]): Flag<Word | undefined> =>
  (text, name) => {
    const word = words.find((one) => one === text);
    if (text === undefined || word !== undefined) return word;
    throw new FlagError(`--${name} is ${JSON.stringify(text)}: it takes one of ${words.join(', ')}`);
  };

/** Of every verb that asks for a run. */
export const askFlags = {
  'dry-run': toggle,
  force: toggle,
  reason: optionalText(1),
  detach: toggle,
};
export const askUsage = '[--dry-run] [--force] [--reason TEXT] [--detach]';

export const limit = wholeNumber(1, 100, 20);
