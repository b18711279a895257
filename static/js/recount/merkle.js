// The root of the published list: the Merkle tree hash of RFC 9162 §2.1.1 over its lines in UTF-8.

import { hex, sha256 } from "./digest.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** In hexadecimal. No line can be changed, added or left out without changing it. */
export async function merkleRoot(lines) {
  const encoder = new TextEncoder();
  if (!lines.length) return hex(await sha256(new Uint8Array()));
  let level = await Promise.all(lines.map((line) => sha256(joined(LEAF, encoder.encode(line)))));
  // Pairing neighbours level by level, an odd last one moving up as it is, makes the same tree as
  // splitting at the greatest power of two below the number of leaves.
  while (level.length > 1) level = await Promise.all(pairs(level));
  return hex(level[0]);
}

function pairs(level) {
  const above = [];
  for (let n = 0; n < level.length; n += 2) {
    above.push(n + 1 < level.length ? sha256(joined(NODE, level[n], level[n + 1])) : level[n]);
  }
  return above;
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
