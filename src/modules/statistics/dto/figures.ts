import { z } from 'zod';

// The kinds of figures that the answers are made of.
export const count = z.number().int().nonnegative();
export const percent = z.number().min(0).max(100);
export const milliseconds = z.number().nonnegative();
