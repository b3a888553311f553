import { fragment, nothing, sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';

/**
 * No row: the run was taken over, or has ended. FOR KEY SHARE, so that who takes over waits for this transaction, while the
 * lease is renewed beside it.
 */
export const checkFence = ({ runId, fence }: Fence, mode: 'lock' | 'look') =>
  sql<{ id: string }>('tasks.check-fence')`
  SELECT r.id FROM ethhook_admin_job_runs r
   WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint AND r.state = 'running'${
     mode === 'lock' ? fragment` FOR KEY SHARE` : nothing
   }`;
