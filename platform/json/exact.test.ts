import { describe, expect, it } from 'vitest';
import { BlobgraphError } from '../errors/errors.ts';
import { cpuMsOf } from '../testing/cpu-time.ts';
import { firstInexact, isExact, parseJson } from './exact.ts';

const refusalOf = (text: string): BlobgraphError | undefined => {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (error instanceof BlobgraphError) return error;
    throw error;
  }
};

describe('a number', () => {
  it.each([
    ...['0', '-0', '0.0', '-0e5', '0e999999999999', '00.00e-99999'.slice(1), '1.0', '1e2', '1E+2', '100e-2'],
    ...['0.1', '19.99', '123456789012345', '9007199254740991', '9007199254740992', '9007199254740994'],
    ...['100000000000000000000', '1e23', '1.7976931348623157e308', '5e-324', '2.2250738585072014e-308'],
    ...[
      '0.30000000000000004',
      `1${'0'.repeat(300)}`,
      `0.${'0'.repeat(300)}1`,
      `1.${'0'.repeat(400)}`,
      '10e-1',
    ],
    ...['1.2345678901234567e0', '12345678901234567000e-19'],
  ])('%s is given back', (text) => {
    expect(isExact(text)).toBe(true);
    expect(firstInexact(`[${text}]`)).toBeUndefined();
  });

  it.each([
    ...['9007199254740993', '-9007199254740993', '12345678901234567890', '18446744073709551616', '1e400'],
    ...['-1e400', '1e-400', '4.9e-324', '1.2345e-322', '0.12345678901234567890', '0.10000000000000001'],
    ...['1234567890.1234567890', '9007199254740993e0', '90071992547409930e-1', `1${'0'.repeat(400)}`],
    ...[`0.${'0'.repeat(400)}1`, '3.14159265358979323846', `1.${'0'.repeat(400)}1`, '9.007199254740993e15'],
  ])('%s is not', (text) => {
    expect(isExact(text)).toBe(false);
    expect(firstInexact(`{"a":[0,${text}]}`)).toEqual({ pointer: '/a/1', text });
    expect(firstInexact(` ${text} `)).toEqual({ pointer: '', text });
  });

  it('that JavaScript printed is always given back', () => {
    const view = new DataView(new ArrayBuffer(8));
    for (let index = 0; index < 20_000; index++) {
      view.setUint32(0, Math.random() * 2 ** 32);
      view.setUint32(4, Math.random() * 2 ** 32);
      const value = view.getFloat64(0);
      if (Number.isFinite(value)) expect(isExact(JSON.stringify(value))).toBe(true);
    }
  });
});

describe('its place', () => {
  it.each([
    ['{"content":"x","n":9007199254740993}', '/n', 'n'],
    ['{"a":{"b/c~d":[1,[2,{"e":1e400}]]}}', '/a/b~1c~0d/1/1/e', 'a.b/c~d.1.1.e'],
    ['{"\\u0061\\"":{"":12345678901234567890}}', '/a"/', 'a".'],
    ['[[],{},"]",{"x":["}"]},1e400]', '/4', '4'],
    ['{"s":"\\\\","t":"\\\\\\"","n":\n\t1e400}', '/n', 'n'],
    ['{"__proto__":{"n":1e999}}', '/__proto__/n', '__proto__.n'],
    ['{"n":"n","n":1e400,"m":2e400}', '/n', 'n'],
  ])('of %s is %s', (text, pointer, field) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ code: 'VALIDATION_FAILED', field });
    expect(refusal?.message).toContain(`\`${pointer}\` is the number `);
  });

  it('is told in part where a name or the number is long', () => {
    const refusal = refusalOf(`{"${'x'.repeat(5_000)}":1${'1'.repeat(5_000)}}`);
    expect(refusal?.message.length).toBeLessThan(800);
    expect(refusal?.field?.length).toBeLessThan(600);
  });
});

describe('a document', () => {
  it.each([
    ['"9007199254740993 in words, 1e400 too"'],
    ['{"content":"9007199254740993 in words, 1e400 too"}'],
    ['{"content":"she said \\" 1e400,2e400\\\\"}'],
    ['{" 1e400": [": 9007199254740993", "\\\\", ",1e400"]}'],
    ['{"id":"01890e3e-0e1f-7000-8000-000000000000","at":"2026-01-31T12:00:00.000000000000Z"}'],
  ])('of numbers in texts alone holds none: %s', (text) => {
    expect(firstInexact(text)).toBeUndefined();
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  it('keeps a member `__proto__` as one of its own, and changes no other object', () => {
    const parsed = parseJson('{"a":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}');
    expect(JSON.stringify(parsed)).toBe(
      '{"a":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('that is no JSON is told by the parser', () => {
    expect(() => parseJson('{"n":1e400')).toThrow(SyntaxError);
  });

  it('is looked at in time linear in its length, whatever is in it', () => {
    const bytes = 4_000_000;
    const filled = (piece: string) => piece.repeat(bytes / piece.length);
    const texts = [
      `["${filled('1e1 ')}"]`,
      `[${filled('1e1,')}1]`,
      `[${filled('1.2345678901234567e0,')}1]`,
      `[${filled('0.0e0,')}1]`,
      `["${filled('\\\\')}",1e1]`,
      `["${filled('\\"')}",1e1]`,
      `["${filled(' 1')}"]`,
      `[1${filled('0')}1]`,
      `[0.${filled('0')}1]`,
      `${'['.repeat(1_000_000)}1e1${']'.repeat(1_000_000)}`,
    ];
    for (const text of texts)
      expect(
        cpuMsOf(() => firstInexact(text)),
        text.slice(0, 20),
      ).toBeLessThan(4_000);
  });
});
