import type { Check } from '../checks/check.js';
import { DeadlocksCheck } from './checks/deadlocks.check.js';
import { PlanChangeCheck } from './checks/plan-change.check.js';
import { QueryTimeoutsCheck } from './checks/query-timeouts.check.js';
import { RegressedStatementCheck } from './checks/regressed-statement.check.js';
import { SlowStatementCheck } from './checks/slow-statement.check.js';
import { StatementsEvictedCheck } from './checks/statements-evicted.check.js';

export const statementsChecks = (): readonly Check[] => [
  new DeadlocksCheck(),
  new PlanChangeCheck(),
  new QueryTimeoutsCheck(),
  new RegressedStatementCheck(),
  new SlowStatementCheck(),
  new StatementsEvictedCheck(),
];
