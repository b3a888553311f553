import { effectWindows, iso, type Span } from './windows.js';

const MINUTE = 60_000;
const at = (clock: string, day = '2026-03-04') => Date.parse(`${day}T${clock}Z`);
const mark = (name: string, began: string, ended = began): Span => ({
  ...{ id: name, name, beganMs: at(began), endedMs: at(ended) },
});
const windowsOf = (one: Span, others: readonly Span[], minutes = 60, now = at('23:00:00')) => {
  const { before, after, together, notes } = effectWindows(one, [one, ...others], minutes * MINUTE, now);
  const text = (window: { fromMs: number; untilMs: number }) =>
    `${iso(window.fromMs).slice(11, 16)}-${iso(window.untilMs).slice(11, 16)}`;
  return { before: text(before), after: text(after), together: together.map(({ name }) => name), notes };
};

describe('effectWindows', () => {
  it('are whole minutes on both sides, without the one that the mark is in', () => {
    expect(windowsOf(mark('a', '12:00:30'), [])).toEqual({
      ...{ before: '11:01-12:00', after: '12:01-13:00', together: [], notes: [] },
    });
  });

  it('leave out what a mark took', () => {
    expect(windowsOf(mark('a', '12:00:00', '14:00:00'), [])).toMatchObject({
      ...{ before: '11:00-12:00', after: '14:00-15:00' },
    });
  });

  it('end at the nearest other marks, and say so', () => {
    const others = [mark('far', '10:00:00'), mark('b', '11:30:00'), mark('c', '12:20:00', '12:50:00')];
    expect(windowsOf(mark('a', '12:00:00'), others)).toEqual({
      ...{ before: '11:30-12:00', after: '12:00-12:20', together: [] },
      notes: [expect.stringMatching(/begins with b/), expect.stringMatching(/ends with c/)],
    });
  });

  it('are of all marks that are too near, one by one', () => {
    const others = [mark('b', '12:08:00'), mark('c', '12:17:00'), mark('d', '12:40:00')];
    expect(windowsOf(mark('a', '12:00:00'), others)).toMatchObject({
      ...{ before: '11:00-12:00', after: '12:17-12:40', together: ['b', 'c'] },
    });
  });

  it('end now, and are empty where no time has passed', () => {
    const now = at('12:20:00');
    expect(windowsOf(mark('a', '12:00:00'), [], 60, now)).toMatchObject({
      ...{ after: '12:00-12:20', notes: ['The window after is not over yet'] },
    });
    expect(windowsOf(mark('a', '12:20:00'), [], 60, now)).toMatchObject({ after: '12:20-12:20' });
  });

  it('are whole hours where figures are known by the hour', () => {
    const later = at('12:00:00', '2026-03-09');
    expect(windowsOf(mark('a', '12:10:00'), [], 360, later)).toMatchObject({
      ...{ before: '07:00-12:00', after: '13:00-18:00', notes: [expect.stringMatching(/by the hour/)] },
    });
  });
});
