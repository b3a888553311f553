import type { CatalogViewerRow } from './objects.read-model.js';

/** Of what a role without pg_monitor is not shown, what it is for, and what would show it. */
export const monitorLimit = ({ isMonitor, role }: CatalogViewerRow, what: string): string[] =>
  isMonitor ? [] : [`${what} not shown to ${role}: GRANT pg_monitor TO ${role}`];

export const hiddenTablesLimit = ({ hiddenTables, role }: CatalogViewerRow): string[] =>
  hiddenTables === 0
    ? []
    : [
        `the bloat of ${hiddenTables} large tables is not known, since their column statistics are not shown to ${role}: ` +
          `GRANT SELECT on them (PostgreSQL 14 and later: GRANT pg_read_all_data TO ${role})`,
      ];

export const unreadSequencesLimit = (unread: readonly string[], role: string): string[] =>
  unread.length === 0
    ? []
    : [
        `the value of ${unread.length} sequences is not shown to ${role}: ` +
          `GRANT SELECT ON SEQUENCE ${unread.slice(0, 3).join(', ')}${unread.length > 3 ? ', …' : ''} TO ${role}`,
      ];
