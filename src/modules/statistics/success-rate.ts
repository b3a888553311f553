/** Successes of all attempts, those in flight included, in percent; 0 without attempts: the old API's definition. */
export const successRate = (successes: number, total: number) =>
  total === 0 ? 0 : (successes / total) * 100;
