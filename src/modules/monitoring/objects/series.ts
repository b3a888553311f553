/** Of the samples. What is counted is counted since the point before. */
export const series = {
  tableSize: 'table_size_bytes',
  tableIndexes: 'table_indexes_bytes',
  sequentialScans: 'table_sequential_scans',
  sequentialRows: 'table_sequential_rows',
  indexSize: 'index_size_bytes',
  indexScans: 'index_scans',
  databaseSize: 'database_size_bytes',
  freeDisk: 'disk_free_bytes',
  transactions: 'transaction_ids',
  multixacts: 'multixact_ids',
} as const;
