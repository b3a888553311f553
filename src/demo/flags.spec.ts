import { FlagError, instant, optionalId, optionalText, readFlags, wholeNumber } from './flags.js';

const now = new Date('2026-03-01T00:00:00Z');
const read = (...args: string[]) =>
  readFlags(args, {
    events: wholeNumber(0, 100, 10),
    rate: wholeNumber(1, 50),
    until: instant(new Date('2000-01-01'), new Date('2100-01-01'), now),
    password: optionalText(8),
    application: optionalId,
  });

describe('readFlags', () => {
  it('reads what is given and falls back for the rest', () => {
    expect(read('--rate', '5', '--events=7', '--until', '2026-01-31T12:00:00+02:00')).toEqual({
      events: 7,
      rate: 5,
      until: new Date('2026-01-31T10:00:00Z'),
      password: undefined,
    });
    expect(read('--rate', '1')).toMatchObject({ events: 10, until: now });
    expect(read('--rate', '50', '--events', '0')).toMatchObject({ events: 0, rate: 50 });
  });

  it('is null when help is asked for', () => {
    expect(read('--help')).toBeNull();
    expect(read('-h', '--wrong')).toBeNull();
  });

  it.each([
    [['--rate', '51'], '--rate is "51": it takes a whole number from 1 to 50'],
    [['--rate', '0'], '--rate is "0": it takes'],
    [['--rate', '-1'], '--rate is "-1": it takes'],
    [['--rate', '1e1'], '--rate is "1e1": it takes'],
    [['--rate', '1.5'], '--rate is "1.5": it takes'],
    [['--rate', ''], '--rate is "": it takes'],
    [['--rate'], '--rate has no value'],
    [['--rate', '1', '--application', 'A'], '--application is "A": it takes a UUID'],
    [[], '--rate is missing: it takes'],
    [['--rate', '1', '--evens', '5'], '--evens is unknown: there are --events, --rate'],
    [['--rate', '1', '5'], '5 is not a flag'],
    [
      ['--rate', '1', '--until', '2026-01-31T12:00'],
      '--until is "2026-01-31T12:00": it takes a time from 2000-01-01',
    ],
    [['--rate', '1', '--until', '1999-12-31'], '--until is "1999-12-31": it takes a time'],
    [['--rate', '1', '--until', '2026-13-01'], '--until is "2026-13-01": it takes a time'],
    [['--rate', '1', '--password', 'short'], '--password takes at least 8 characters'],
  ])('%j is refused', (args, message) => {
    expect(() => read(...args)).toThrow(FlagError);
    expect(() => read(...args)).toThrow(message);
  });
});
