// All that is checked of a published ballot: its lines, its root, and its announced result.

import { firstWrong } from "./checks.js";
import { agrees } from "./comparing.js";
import { recounted } from "./counting.js";
import { merkleRoot } from "./merkle.js";

/** `pause` is awaited now and then with how far a long count is. Never throws. */
export async function examine(bundle, pause) {
  const wrong = firstWrong(bundle);
  if (wrong !== null) return { state: "unreadable", line: wrong };
  try {
    const root = await merkleRoot(bundle.lines);
    const { tally, count } = await recounted(bundle, pause);
    const hasRoot = root === bundle.root;
    const hasTally = agrees(tally, bundle.tally) && tally.cast <= tally.entitled;
    const state = hasRoot && hasTally ? "agrees" : "differs";
    return { state, root, hasRoot, hasTally, tally, figures: figuresOf(count) };
  } catch (error) {
    return { state: "unreadable", line: 0, error: String(error) };
  }
}

/** The figures of each step of a choice, by label. */
const figuresOf = (count) =>
  count?.steps.map((step) => step.figures.map(([n, amount]) => [count.labels[n], amount])) ?? [];
