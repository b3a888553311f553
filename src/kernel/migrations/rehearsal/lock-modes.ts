/** PostgreSQL's table locks, from the weakest to the strongest. */
export const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;

export type LockMode = (typeof lockModes)[number];
export type Blocks = 'blocks reads and writes' | 'blocks writes' | 'blocks no reads or writes';

const strengthOf = (mode: LockMode) => lockModes.indexOf(mode);

export const strongest = (modes: readonly LockMode[]): LockMode | null =>
  modes.reduce<LockMode | null>(
    (best, mode) => (best === null || strengthOf(mode) > strengthOf(best) ? mode : best),
    null,
  );

/** SELECT takes ACCESS SHARE, INSERT, UPDATE and DELETE take ROW EXCLUSIVE: PostgreSQL's table of conflicts. */
export function whatBlocks(mode: LockMode): Blocks {
  if (mode === 'ACCESS EXCLUSIVE') return 'blocks reads and writes';
  return strengthOf(mode) >= strengthOf('SHARE') ? 'blocks writes' : 'blocks no reads or writes';
}
