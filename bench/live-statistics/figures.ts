/** ms with what is left of it below a millisecond. */
export const exact = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
