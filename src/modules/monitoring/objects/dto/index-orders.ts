export const indexOrders = ['size', 'scans', 'name'] as const;
export type IndexOrder = (typeof indexOrders)[number];
