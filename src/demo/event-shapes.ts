/** What a 32-byte word of an event holds; decides how many of its digits are zero. */
export type Word = 'address' | 'amount' | 'token' | 'flag';

export interface EventShape {
  signature: string;
  /** keccak-256 of the signature. */
  topic0: string;
  /** Topics after topic0. */
  indexed: readonly Word[];
  data: readonly Word[];
  /** Share of the demo's endpoints that watch it. */
  weight: number;
}

/** Of the eight 32-bit words in each: how many at the end are not zeros. */
export const significantWords: Readonly<Record<Word, number>> = { address: 5, amount: 2, token: 1, flag: 0 };

const twoAddresses = ['address', 'address'] as const;

export const eventShapes: readonly [EventShape, ...EventShape[]] = [
  {
    signature: 'Transfer(address,address,uint256)',
    topic0: '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
    indexed: twoAddresses,
    data: ['amount'],
    weight: 0.4,
  },
  {
    // ERC-721: the token's number is a topic too, and there is no data.
    signature: 'Transfer(address,address,uint256)',
    topic0: '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
    indexed: ['address', 'address', 'token'],
    data: [],
    weight: 0.06,
  },
  {
    signature: 'Approval(address,address,uint256)',
    topic0: '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925',
    indexed: twoAddresses,
    data: ['amount'],
    weight: 0.12,
  },
  {
    signature: 'Swap(address,uint256,uint256,uint256,uint256,address)',
    topic0: '0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822',
    indexed: twoAddresses,
    data: ['amount', 'amount', 'amount', 'amount'],
    weight: 0.12,
  },
  {
    signature: 'Swap(address,address,int256,int256,uint160,uint128,int24)',
    topic0: '0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67',
    indexed: twoAddresses,
    data: ['amount', 'amount', 'amount', 'amount', 'token'],
    weight: 0.1,
  },
  {
    signature: 'Sync(uint112,uint112)',
    topic0: '0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1',
    indexed: [],
    data: ['amount', 'amount'],
    weight: 0.05,
  },
  {
    signature: 'Deposit(address,uint256)',
    topic0: '0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c',
    indexed: ['address'],
    data: ['amount'],
    weight: 0.04,
  },
  {
    signature: 'Withdrawal(address,uint256)',
    topic0: '0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65',
    indexed: ['address'],
    data: ['amount'],
    weight: 0.04,
  },
  {
    signature: 'ApprovalForAll(address,address,bool)',
    topic0: '0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31',
    indexed: twoAddresses,
    data: ['flag'],
    weight: 0.02,
  },
  {
    signature: 'TransferSingle(address,address,address,uint256,uint256)',
    topic0: '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62',
    indexed: ['address', 'address', 'address'],
    data: ['token', 'amount'],
    weight: 0.04,
  },
  {
    signature: 'OwnershipTransferred(address,address)',
    topic0: '0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0',
    indexed: twoAddresses,
    data: [],
    weight: 0.01,
  },
];
