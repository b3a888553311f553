import { constant, identifier, sql } from '../../../../kernel/database/sql.js';
import type { TunedSetting } from '../formula.js';

export const resetTableOptions = (p: { schema: string; name: string; settings: readonly TunedSetting[] }) =>
  sql<never>('maintenance.reset-table-options')`
  ALTER TABLE ${identifier(p.schema)}.${identifier(p.name)} RESET (${constant(p.settings.join(', '))})`;
