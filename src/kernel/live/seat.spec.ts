import { MAX_UNSENT_BYTES, Seat, type EndReason, type LiveSocket } from './seat.js';

class FakeSocket implements LiveSocket {
  readonly beatEveryMs = 1000;
  unsentBytes = 0;
  answers = true;
  beats = 0;
  readonly sent: string[] = [];
  ended: EndReason | null = null;
  isDestroyed = false;
  send = (text: string) => void this.sent.push(text);
  beat = () => {
    this.beats++;
    return this.answers;
  };
  end = (reason: EndReason) => void (this.ended = reason);
  destroy = () => void (this.isDestroyed = true);
}

function seated(expiresAt?: number) {
  const drops: EndReason[] = [];
  const log = {
    sent: () => undefined,
    dropped: (reason: EndReason) => void drops.push(reason),
    left: () => undefined,
  };
  const user = { userId: 'u', email: 'e', isAdmin: false, ...(expiresAt === undefined ? {} : { expiresAt }) };
  const seat = new Seat('ws_events', user, log);
  const socket = new FakeSocket();
  seat.occupy(socket);
  return { seat, socket, drops, begunAt: performance.now() };
}

describe('a seat', () => {
  it('beats once in each interval', () => {
    const { seat, socket, begunAt } = seated();
    for (let ms = 0; ms <= 5100; ms += 100) seat.look(begunAt + ms);
    expect(socket.beats).toBeGreaterThanOrEqual(4);
    expect(socket.beats).toBeLessThanOrEqual(5);
    expect(socket.ended).toBeNull();
  });

  it('is given up when nobody answers, and says nothing more', () => {
    const { seat, socket, drops, begunAt } = seated();
    socket.answers = false;
    seat.look(begunAt + 1100);
    seat.send('late');
    seat.look(begunAt + 9999);
    expect([socket.isDestroyed, socket.sent, socket.beats, drops]).toEqual([true, [], 1, ['dead']]);
  });

  it('is given up when its reader leaves more unread than it may', () => {
    const { seat, socket, drops } = seated();
    socket.unsentBytes = MAX_UNSENT_BYTES;
    seat.send('fits');
    expect(drops).toEqual([]);
    socket.unsentBytes++;
    seat.send('one too many');
    seat.send('never sent');
    expect([socket.isDestroyed, socket.sent, drops]).toEqual([true, ['fits', 'one too many'], ['slow']]);
  });

  it('ends with its token', () => {
    const { seat, socket, drops, begunAt } = seated(Date.now() - 1);
    seat.look(begunAt);
    expect([socket.ended, drops, seat.isOpen]).toEqual(['expired', ['expired'], false]);
  });
});
