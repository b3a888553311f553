import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { SettingAdvice } from './advice.js';
import { checkValue } from './check-value.js';
import type { Advice } from './configuration-advisor.js';
import { FORMULAS } from './formulas.js';

/** A setting that the server runs with, and that could not be set so from here. */
export interface BrokenBound {
  advice: SettingAdvice;
  /** What is wrong with its value, as who sets it by hand is told. */
  message: string;
}

/** Not what merely differs from the proposal: only what breaks a bound. */
export const brokenBounds = ({ settings, facts }: Pick<Advice, 'settings' | 'facts'>): BrokenBound[] =>
  settings.flatMap((advice) => {
    const { row, current } = advice;
    const formula = FORMULAS.find(({ name }) => name === row.name);
    if (formula === undefined || current === null) return [];
    try {
      checkValue(current, row, formula, facts);
      return [];
    } catch (error) {
      if (error instanceof DomainError) return [{ advice, message: error.message }];
      throw error;
    }
  });
