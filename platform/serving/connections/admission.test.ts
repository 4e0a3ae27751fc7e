import { describe, expect, it } from 'vitest';
import { Admission, type Counted, defaultSocketLimits, type SocketLimits } from './admission.ts';

function open(limits: Partial<SocketLimits>) {
  const admission = new Admission({ ...defaultSocketLimits, ...limits });
  const left: string[] = [];
  const connect = (address: string, name = address) => {
    const refusal = admission.refusalOf(address);
    if (refusal) return refusal;
    const connection: Counted = { address, giveWay: () => void left.push(name) };
    admission.enter(connection);
    return connection;
  };
  /** One that must be let in. */
  const entered = (address: string, name?: string) => {
    const connection = connect(address, name);
    if (typeof connection === 'string') throw new Error(connection);
    return connection;
  };
  return { admission, left, connect, entered };
}

describe('connections', () => {
  it('of one address are bounded', () => {
    const { admission, connect, entered } = open({ perAddress: 2 });
    const [first] = [entered('a'), entered('a')];
    expect(connect('a')).toBe('address');
    entered('b');
    admission.leave(first);
    entered('a');
    expect(open({ perAddress: 0 }).connect('a')).not.toBe('address');
  });

  it('of one user are bounded, whatever their addresses', () => {
    const { admission, entered } = open({ perUser: 2 });
    const [first, second, third] = [entered('a'), entered('b'), entered('c')];
    expect(admission.authenticated(first, 'alice')).toBe(true);
    expect(admission.authenticated(second, 'alice')).toBe(true);
    expect(admission.authenticated(third, 'alice')).toBe(false);
    expect(admission.authenticated(third, 'bob')).toBe(true);
    admission.leave(first);
    expect(admission.authenticated(entered('c'), 'alice')).toBe(true);
  });

  it('that have not said who they are make room: the oldest of the address with most of them', () => {
    const { admission, left, entered } = open({ unauthenticated: 3 });
    entered('flood', 'first');
    entered('flood', 'second');
    const honest = entered('home');
    entered('flood', 'third');
    entered('flood', 'fourth');
    expect(left).toEqual(['first', 'second']);
    expect(admission.unauthenticated).toBe(3);
    expect(admission.authenticated(honest, 'alice')).toBe(true);
  });

  it('in all are bounded by those that said who they are; the others make room', () => {
    const { admission, left, connect, entered } = open({ sockets: 2 });
    const known = entered('a');
    admission.authenticated(known, 'alice');
    entered('b');
    const next = entered('c');
    expect(left).toEqual(['b']);
    admission.authenticated(next, 'bob');
    expect(connect('d')).toBe('sockets');
    expect(admission.sockets).toBe(2);
  });

  it('are counted once, however often they leave, and one that made room says nothing any more', () => {
    const { admission, entered } = open({ unauthenticated: 1 });
    const gone = entered('a');
    entered('b');
    expect(admission.authenticated(gone, 'alice')).toBe(false);
    admission.leave(gone);
    admission.leave(gone);
    expect([admission.sockets, admission.unauthenticated]).toEqual([1, 1]);
  });

  it('leave nothing behind', () => {
    const { admission, entered } = open({});
    for (let round = 0; round < 50; round += 1) {
      const connection = entered(`a${round}`);
      if (round % 2) admission.authenticated(connection, `u${round}`);
      admission.leave(connection);
    }
    expect([admission.sockets, admission.unauthenticated]).toEqual([0, 0]);
  });
});
