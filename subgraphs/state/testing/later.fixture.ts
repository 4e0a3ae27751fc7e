/** Forwards to something that is only opened before the tests run. */
export const later = <T extends object>(opened: () => T | undefined): T =>
  new Proxy({} as T, {
    get(_, name) {
      const target = opened();
      if (!target) throw new Error('It has not been opened');
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
