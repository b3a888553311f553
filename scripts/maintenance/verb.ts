import { FlagError, readFlags, type Flag } from '../../src/demo/flags.js';
import type { Desk } from './desk.js';
import type { Outcome } from './outcome.js';

type Flags = Record<string, Flag<unknown>>;
type Values<Given extends Flags> = { [Name in keyof Given]: ReturnType<Given[Name]> };

/** A verb of the command line. */
export interface Verb {
  /** As it is typed, with its arguments and flags. */
  readonly usage: string;
  /** What it does, in a line. */
  readonly help: string;
  /** What is to be done; null when help is asked for. Throws FlagError. Nothing is done, and nobody asked, before. */
  readonly parse: (args: readonly string[]) => ((desk: Desk) => Promise<Outcome>) | null;
}

/** `positionals`: how many come before the flags, at least and at most. */
export function verb<Given extends Flags>(p: {
  usage: string;
  help: string;
  positionals?: readonly [least: number, most: number];
  flags: Given;
  act: (desk: Desk, positionals: readonly string[], flags: Values<Given>) => Promise<Outcome>;
}): Verb {
  const { usage, help, positionals: [least, most] = [0, 0], flags, act } = p;
  const parse: Verb['parse'] = (args) => {
    const firstFlag = args.findIndex((arg) => arg.startsWith('-'));
    const count = firstFlag === -1 ? args.length : firstFlag;
    const given = readFlags(args.slice(count), flags);
    if (given === null) return null;
    if (count < least || count > most) throw new FlagError(`usage: ${usage}`);
    return (desk) => act(desk, args.slice(0, count), given);
  };
  return { usage, help, parse };
}
