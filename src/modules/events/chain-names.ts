const names: ReadonlyMap<number, string> = new Map([
  [1, 'Ethereum'],
  [10, 'Optimism'],
  [137, 'Polygon'],
  [8453, 'Base'],
  [42161, 'Arbitrum'],
  [11155111, 'Sepolia'],
]);

/** The old API's name of a chain; `Chain N` for one that it does not know. */
export const chainName = (chainId: number) => names.get(chainId) ?? `Chain ${chainId}`;
