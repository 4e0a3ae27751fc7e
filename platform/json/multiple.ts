/** A number as `digits × 10^exponent`, by the decimal that it is written as. */
function scaled(value: number): { digits: bigint; exponent: number } {
  const [mantissa = '', power = '0'] = String(value).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

/** Digits of a printed double: 17, and up to four zeros at its end. */
const MAX_DIGITS = 21;

/** `10^power` modulo `modulus`, by squaring: no number grows beyond the modulus. */
function powerOfTen(power: number, modulus: bigint): bigint {
  let result = 1n;
  for (let [base, left] = [10n % modulus, power]; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

/**
 * Whether a number is a whole multiple of another, as decimals: 19.99 is one of 0.01, though the doubles next to them are
 * none of each other. Both finite, `of` above 0.
 */
export function isMultiple(value: number, of: number): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(of)) return value % of === 0;
  const [one, other] = [scaled(value), scaled(of)];
  const places = one.exponent - other.exponent;
  if (places >= 0) return (one.digits * powerOfTen(places, other.digits)) % other.digits === 0n;
  // With that many places more than the other it is the smaller one, whatever its digits.
  if (-places > MAX_DIGITS) return one.digits === 0n;
  return one.digits % (other.digits * 10n ** BigInt(-places)) === 0n;
}
