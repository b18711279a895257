// Exact numbers: whole numbers of any size and fractions of them. Nothing here is ever rounded.

export function gcd(a, b) {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y) [x, y] = [y, x % y];
  return x;
}

/** In lowest terms, with a denominator above 0. */
export class Fraction {
  constructor(numerator, denominator = 1n) {
    let [top, bottom] = [BigInt(numerator), BigInt(denominator)];
    if (bottom < 0n) [top, bottom] = [-top, -bottom];
    const common = gcd(top, bottom) || 1n;
    this.numerator = top / common;
    this.denominator = bottom / common;
  }

  static from(text) {
    const [top, bottom = "1"] = text.split("/");
    return new Fraction(top, bottom);
  }

  plus(other) {
    return new Fraction(
      this.numerator * other.denominator + other.numerator * this.denominator,
      this.denominator * other.denominator,
    );
  }

  minus(other) {
    return this.plus(new Fraction(-other.numerator, other.denominator));
  }

  times(other) {
    return new Fraction(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  over(other) {
    return new Fraction(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  /** Below 0, 0 or above 0, as for sorting. */
  compare(other) {
    return compared(this.numerator * other.denominator, other.numerator * this.denominator);
  }

  /** As people write it: "46", "81.5", or "1/3" where two decimals do not tell it exactly. */
  text() {
    if (this.denominator === 1n) return String(this.numerator);
    const exact = `${this.numerator}/${this.denominator}`;
    if (this.numerator < 0n || 100n % this.denominator) return exact;
    const hundredths = this.numerator * (100n / this.denominator);
    return decimals(hundredths, 2).replace(/0+$/, "");
  }
}

/** Two numbers of one kind. */
export const compared = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** So many units of 10⁻ⁿ as a decimal number with all n places. */
export function decimals(units, places) {
  const one = 10n ** BigInt(places);
  const whole = BigInt(units);
  return `${whole / one}.${String(whole % one).padStart(places, "0")}`;
}

/** Two decimals, cut off and never rounded up, so that 49.999 % is not shown as 50.00 %. */
export const percentText = (part, whole) =>
  `${decimals((BigInt(part) * 10_000n) / BigInt(whole), 2)}%`;
