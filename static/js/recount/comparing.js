// Whether a recount says the same as what was announced.

/**
 * Whether two tallies agree in every number, threshold, winner and place. The sentences of the
 * working are left out: they are how it is told, in the words of the version that announced it.
 */
export const agrees = (one, other) => isSame(numbersOf(one), numbersOf(other));

function numbersOf({ steps: _words, count, ...tally }) {
  const figures = count && { ...count, steps: count.steps.map((step) => step.figures) };
  return { ...tally, count: figures };
}

/** Equal as values, in whatever order the keys stand. */
export function isSame(one, other) {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") {
    return one === other;
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}
