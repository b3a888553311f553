import { MaintenanceWindows, parseWindow } from './maintenance-windows.js';

const at = (text: string) => new Date(text);
const windows = (timeZone: string, ...texts: string[]) => new MaintenanceWindows(texts, timeZone);

describe('MaintenanceWindows', () => {
  it.each(['daily 01:00-05:00', 'SUN 00:00-08:00', 'sat-sun 22:00-06:00', 'daily 00:00-24:00'])(
    'takes %s',
    (text) => {
      expect(parseWindow(text)).not.toBeNull();
    },
  );

  it.each([
    '',
    '01:00-05:00',
    'daily 1:00-5:00',
    'daily 01:00-01:00',
    'daily 01:00-25:00',
    'foo 01:00-05:00',
    'daily-sun 01:00-05:00',
    'daily 01:00-24:30',
  ])('refuses "%s"', (text) => expect(parseWindow(text)).toBeNull());

  it('is always open without any, and never closes', () => {
    const always = windows('UTC');
    expect(always.isOpen(at('2026-01-01T12:00:00Z'))).toBe(true);
    expect(always.closesAfter(at('2026-01-01T12:00:00Z'))).toBeNull();
  });

  it.each([
    ['2026-01-01T00:59:59Z', false],
    ['2026-01-01T01:00:00Z', true],
    ['2026-01-01T04:59:59Z', true],
    ['2026-01-01T05:00:00Z', false],
    ['2026-01-04T07:59:59Z', true], // a Sunday
    ['2026-01-05T07:59:59Z', false],
  ])('at %s: %s', (moment, isOpen) => {
    expect(windows('UTC', 'daily 01:00-05:00', 'sun 00:00-08:00').isOpen(at(moment))).toBe(isOpen);
  });

  it('may go over midnight, into a day that it does not name', () => {
    const night = windows('UTC', 'sat 22:00-06:00');
    expect(night.isOpen(at('2026-01-03T23:00:00Z'))).toBe(true);
    expect(night.isOpen(at('2026-01-04T05:59:00Z'))).toBe(true);
    expect(night.isOpen(at('2026-01-04T23:00:00Z'))).toBe(false);
    expect(night.opensAfter(at('2026-01-04T06:00:00Z'))).toEqual(at('2026-01-10T22:00:00Z'));
  });

  it('touching or overlapping ones close at the end of the last', () => {
    const two = windows('UTC', 'daily 01:00-03:00', 'daily 02:00-04:00', 'daily 04:00-05:00');
    expect(two.closesAfter(at('2026-01-01T01:30:00Z'))).toEqual(at('2026-01-01T05:00:00Z'));
  });

  it('goes by the wall clock where daylight saving begins and ends', () => {
    const berlin = windows('Europe/Berlin', 'daily 01:00-05:00');
    // On 29 March 2:00 is 3:00, so the window is three hours long; on 25 October it is five.
    expect(berlin.opensAfter(at('2026-03-28T12:00:00Z'))).toEqual(at('2026-03-29T00:00:00Z'));
    expect(berlin.closesAfter(at('2026-03-29T00:00:00Z'))).toEqual(at('2026-03-29T03:00:00Z'));
    expect(berlin.opensAfter(at('2026-10-24T12:00:00Z'))).toEqual(at('2026-10-24T23:00:00Z'));
    expect(berlin.closesAfter(at('2026-10-24T23:00:00Z'))).toEqual(at('2026-10-25T04:00:00Z'));
  });

  it('in an hour that there is not on that day: it opens on the next one', () => {
    const gap = windows('Europe/Berlin', 'daily 02:00-03:00');
    expect(gap.opensAfter(at('2026-03-28T12:00:00Z'))).toEqual(at('2026-03-30T00:00:00Z'));
  });
});
