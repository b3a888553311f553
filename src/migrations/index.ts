import { AdoptEthhookSchema1764000000000 } from './1764000000000-AdoptEthhookSchema.js';

// An array and not a glob: a glob that matches nothing succeeds silently, and jest does not load one.
/** All migrations, oldest first. */
export const migrations = [AdoptEthhookSchema1764000000000] as const;
