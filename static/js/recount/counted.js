// A count with its working, whatever the method: the same words and figures as the server's.

import { compared } from "./fractions.js";

/** A sentence that is not put into a language yet: a template and the facts in it. */
export const say = (text, facts = {}) => ({ text, facts });

export function rendered(sentence, translate = (text) => text) {
  const text = translate(sentence.text);
  const facts = Object.entries(sentence.facts);
  if (!facts.length) return text; // what people wrote may hold braces and is no template
  const shown = new Map(
    facts.map(([name, fact]) => [
      name,
      typeof fact === "object" ? rendered(fact, translate) : String(fact),
    ]),
  );
  return text.replace(/\{(\w+)\}/g, (_whole, name) => shown.get(name));
}

/** A step of the working; `figures` are pairs of an option and its exact amount as text. */
export const step = (says, figures = []) => ({ says, figures });

/** Exact amounts of a step, in the order of the list; `amounts` is a Map by option. */
export const figures = (amounts) =>
  [...amounts.keys()].sort(compared).map((option) => [option, textOf(amounts.get(option))]);

const textOf = (amount) => (typeof amount === "object" ? amount.text() : String(amount));

/** Options by score, the highest first; equal ones in one group, in the order of the list. */
export function grouped(scores, compare = compared) {
  const options = [...scores.keys()].sort(
    (a, b) => compare(scores.get(b), scores.get(a)) || compared(a, b),
  );
  const groups = [];
  for (const option of options) {
    const last = groups.at(-1);
    if (last && compare(scores.get(last[0]), scores.get(option)) === 0) last.push(option);
    else groups.push([option]);
  }
  return groups;
}

/** Options in a sentence. */
export const named = (labels, options) => options.map((option) => labels[option]).join("、");

/** The count as the journal has it: labels instead of numbers. */
export function toJson(count) {
  const label = (option) => count.labels[option];
  return {
    method: count.method,
    seats: count.seats,
    votes: count.votes,
    winners: count.winners.map(label),
    order: count.order.map((group) => group.map(label)),
    steps: count.steps.map(({ says, figures: shown }) => ({
      says: rendered(says),
      figures: shown.map(([option, amount]) => [label(option), amount]),
    })),
  };
}
