/** 2025-01-01T00:00:00Z in microseconds: where the block numbers below were read. */
const ANCHOR_US = Date.UTC(2025, 0, 1) * 1000;

export interface Chain {
  id: number;
  name: string;
  blockTimeUs: number;
  /** Height at the anchor, to the nearest ten thousand or so. */
  anchorBlock: number;
  /** Share of the demo's endpoints that watch it. */
  weight: number;
  /** Tokens that several tenants watch: USDC and wrapped ether (or POL). */
  popularContracts: readonly string[];
}

export const chains: readonly [Chain, ...Chain[]] = [
  {
    id: 1,
    name: 'ethereum',
    blockTimeUs: 12_000_000,
    anchorBlock: 21_525_890,
    weight: 0.4,
    popularContracts: [
      '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48',
      '0xdac17f958d2ee523a2206206994597c13d831ec7',
      '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2',
    ],
  },
  {
    id: 11155111,
    name: 'sepolia',
    blockTimeUs: 12_000_000,
    anchorBlock: 7_390_000,
    weight: 0.1,
    popularContracts: ['0x1c7d4b196cb0c7b01d743fbc6116a902379c7238'],
  },
  {
    id: 137,
    name: 'polygon',
    blockTimeUs: 2_000_000,
    anchorBlock: 66_170_000,
    weight: 0.15,
    popularContracts: [
      '0x3c499c542cef5e3811e1192ce70d8cc03d5c3359',
      '0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270',
    ],
  },
  {
    id: 42161,
    name: 'arbitrum',
    blockTimeUs: 250_000,
    anchorBlock: 290_700_000,
    weight: 0.12,
    popularContracts: ['0xaf88d065e77c8cc2239327c5edb3a432268e5831'],
  },
  {
    id: 10,
    name: 'optimism',
    blockTimeUs: 2_000_000,
    anchorBlock: 130_040_000,
    weight: 0.08,
    popularContracts: ['0x0b2c639c533813f4aa9d7837caf62653d097ff85'],
  },
  {
    id: 8453,
    name: 'base',
    blockTimeUs: 2_000_000,
    anchorBlock: 24_450_000,
    weight: 0.15,
    popularContracts: ['0x833589fcd6edb6e08f4c7c32d4f71b54bda02913'],
  },
];

/**
 * The number of the block that is newest at `atUs`. Chains younger than `startUs` are counted from 1 at `startUs`, so a
 * period of ten years has no negative numbers.
 */
export function blockNumberAt(chain: Chain, atUs: number, startUs: number): number {
  const heightAt = (us: number) => chain.anchorBlock + Math.floor((us - ANCHOR_US) / chain.blockTimeUs);
  return heightAt(atUs) + Math.max(0, 1 - heightAt(startUs));
}
