import { expect, test } from 'vitest';
import { Few } from './few.ts';

const members = ['a', 'b', 'c'].map((name) => ({ name }));

/** Every order of so many steps: members are added (0 to 2), deleted (3 to 5), all are (6). */
function* orders(length: number): Generator<number[]> {
  if (length === 0) yield [];
  else for (const rest of orders(length - 1)) for (let step = 0; step < 7; step += 1) yield [...rest, step];
}

test('it has what a set has, in whichever order members come and go', () => {
  for (const order of orders(5)) {
    const [few, set] = [new Few<object>(), new Set<object>()];
    for (const step of order)
      for (const each of [few, set]) {
        const member = members[step % 3] ?? {};
        if (step === 6) each.clear();
        else if (step < 3) each.add(member);
        else each.delete(member);
      }
    expect([few.size, new Set(few)], order.join()).toEqual([set.size, set]);
    expect([...few]).toEqual([...set]);
  }
});
