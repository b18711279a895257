// SHA-256. The browser's own where it offers it; on a plain address in the hall it does not, and then
// the few lines of FIPS 180-4 below do the same.

const subtle = globalThis.crypto?.subtle;

/** The digest of bytes, as bytes. */
export async function sha256(bytes) {
  return subtle ? new Uint8Array(await subtle.digest("SHA-256", bytes)) : sha256Plainly(bytes);
}

export const hex = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Without the browser's help: FIPS 180-4 §6.2, on 32-bit words. */
export function sha256Plainly(bytes) {
  const state = Uint32Array.from(START);
  const padded = padding(bytes);
  for (let at = 0; at < padded.byteLength; at += 64) mix(state, padded, at);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => digest.setUint32(4 * n, word));
  return new Uint8Array(digest.buffer);
}

function padding(bytes) {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new DataView(new ArrayBuffer(64 * blocks));
  new Uint8Array(padded.buffer).set(bytes);
  padded.setUint8(bytes.length, 0x80);
  padded.setBigUint64(64 * blocks - 8, BigInt(bytes.length) * 8n);
  return padded;
}

const turned = (word, bits) => (word >>> bits) | (word << (32 - bits));

function mix(state, padded, at) {
  const words = new Uint32Array(64);
  for (let n = 0; n < 16; n += 1) words[n] = padded.getUint32(at + 4 * n);
  for (let n = 16; n < 64; n += 1) {
    const [early, late] = [words[n - 15], words[n - 2]];
    const low = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const high = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[n] = words[n - 16] + low + words[n - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let n = 0; n < 64; n += 1) {
    const choice = (e & f) ^ (~e & g);
    const high = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const first = (h + high + choice + ROUNDS[n] + words[n]) | 0;
    const most = (a & b) ^ (a & c) ^ (b & c);
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + most) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => { state[n] += word; });
}

/** The first 32 bits behind the point of the square (2) and cube (3) roots of the first primes. */
function rootsOfPrimes(count, power) {
  const primes = [];
  for (let n = 2n; primes.length < count; n += 1n) {
    if (primes.every((prime) => n % prime)) primes.push(n);
  }
  return primes.map((prime) => Number(root(prime << (32n * power), power) & 0xffffffffn));
}

/** The whole part of a root, found by halving. */
function root(of, power) {
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** power <= of) low = middle;
    else high = middle;
  }
  return low;
}

const START = rootsOfPrimes(8, 2n);
const ROUNDS = rootsOfPrimes(64, 3n);
