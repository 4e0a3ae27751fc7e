/**
 * Idempotency keys: one for what a user means to do. The same input has the same key, so that what is sent again after a
 * lost answer is done once; another input, and what follows after success, has another.
 */
export function createIntent(newKey: () => string = () => crypto.randomUUID()) {
  let [known, key] = ['', ''];
  return {
    keyOf(input: unknown): string {
      const text = JSON.stringify(input);
      if (text !== known || key === '') [known, key] = [text, newKey()];
      return key;
    },
    done(): void {
      key = '';
    },
  };
}
