import type { Database } from '../../../../kernel/database/database.js';
import { bloatBounds, type BloatService, type IndexEvidenceService } from '../../../maintenance/index.js';
import type { Check } from '../../checks/check.js';
import { IndexBloatCheck, TableBloatCheck } from './bloat.checks.js';
import { indexBounds } from './bounds.js';
import { DiskFullCheck } from './disk-full.check.js';
import { ForeignKeyWithoutIndexCheck } from './foreign-key-without-index.check.js';
import { IndexInvalidCheck } from './index-invalid.check.js';
import { IndexRedundantCheck } from './index-redundant.check.js';
import { IndexUnusedCheck } from './index-unused.check.js';
import { SequenceExhaustionCheck } from './sequence-exhaustion.check.js';
import { SequentialScansCheck } from './sequential-scans.check.js';
import { AutovacuumOffCheck, DeadTuplesCheck } from './table-care.checks.js';
import { WraparoundCheck } from './wraparound.check.js';

export interface ObjectCheckDependencies {
  database: Pick<Database, 'transaction'>;
  evidence: Pick<IndexEvidenceService, 'evidence'>;
  bloat: Pick<BloatService, 'report'>;
}

/** Of tables, indexes, sequences and the disk. */
export const objectChecks = ({ database, evidence, bloat }: ObjectCheckDependencies): readonly Check[] => [
  new AutovacuumOffCheck(),
  new DeadTuplesCheck(),
  new DiskFullCheck(),
  new ForeignKeyWithoutIndexCheck(database),
  new IndexBloatCheck(bloat, bloatBounds),
  new IndexInvalidCheck(evidence),
  new IndexRedundantCheck('duplicate', evidence, indexBounds),
  new IndexRedundantCheck('prefix', evidence, indexBounds),
  new IndexUnusedCheck(evidence, indexBounds),
  new SequenceExhaustionCheck(),
  new SequentialScansCheck(),
  new TableBloatCheck(bloat, bloatBounds),
  new WraparoundCheck(),
];
