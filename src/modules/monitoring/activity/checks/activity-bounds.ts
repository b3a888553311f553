const MIB = 1024 * 1024;

/** From where on something is worth an operator's look. */
export const activityBounds = {
  longTransactionSeconds: 300,
  idleInTransactionSeconds: 60,
  /** Of the one that waits longest behind a session. */
  lockWaitSeconds: 10,
  /** Transactions whose dead rows are kept. */
  xminAge: 1_000_000,
  /** Whoever prepares a transaction ends it within seconds. */
  preparedSeconds: 600,
  hitRatio: 0.95,
  hitWindowSeconds: 1800,
  /** Read in the window: 390 MiB. With less the server is idle, or has just started. */
  hitMinReadBlocks: 50_000,
  replicaLagBytes: 256 * MIB,
  replicaLagSeconds: 60,
  slotRetainedBytes: 1024 * MIB,
  /** Of what is available for everybody. */
  connectionsRatio: 0.8,
  checkpointWindowSeconds: 6 * 3600,
  minRequestedCheckpoints: 3,
  requestedRatio: 0.5,
};

export type ActivityBounds = typeof activityBounds;
