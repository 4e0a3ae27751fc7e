import { newKey } from '../../graph/new-key.ts';

/**
 * Idempotency keys: one for what a user means to do. The same input has the same key, so that what is sent again after a
 * lost answer is done once; another input, and what follows after success, has another.
 */
export function createIntent(makeKey: () => string = newKey) {
  let [known, key] = ['', ''];
  return {
    keyOf(input: unknown): string {
      const text = JSON.stringify(input);
      if (text !== known || key === '') [known, key] = [text, makeKey()];
      return key;
    },
    done(): void {
      key = '';
    },
  };
}

type Intent = ReturnType<typeof createIntent>;
const kept = new WeakMap<object, Map<string, Intent>>();

/**
 * The intent of this name: the same for as long as its owner is there, so that who closes a dialog after a lost
 * answer, and opens it again, does nothing twice.
 */
export function intentOf(owner: object, name: string): Intent {
  const named = kept.get(owner) ?? new Map<string, Intent>();
  kept.set(owner, named);
  const intent = named.get(name) ?? createIntent();
  named.set(name, intent);
  return intent;
}
