// What was voted, as every method counts it: options by number from 0, and papers that are alike.

import { Fraction, compared } from "./fractions.js";

const SHAPES = {
  plurality: "one",
  approval: "some",
  top: "some",
  schulze: "ranking",
  irv: "ranking",
  stv: "ranking",
  rating: "grades",
  "majority-judgment": "grades",
  greedy: "some",
  "equal-shares": "some",
};

/**
 * Votes as text to papers. Who abstained is not among them; 以上都不是 is the last option where it may
 * win, and a blank paper where projects are funded.
 */
export function profileOf(question, votes) {
  const copies = new Map();
  for (const vote of votes) copies.set(vote, (copies.get(vote) ?? 0) + 1);
  copies.delete("abstain");
  const isBudget = question.costs.length > 0;
  const hasNone = ["one", "some"].includes(SHAPES[question.method]) && !isBudget;
  return {
    labels: hasNone ? [...question.options, "以上都不是"] : [...question.options],
    papers: [...copies].map(([text, n]) => paperOf(question, isBudget, text, n)),
    seats: question.seats,
    costs: question.costs.map((cost) => new Fraction(cost, 100)),
    budget: new Fraction(question.budget, 100),
    votes: [...copies.values()].reduce((sum, n) => sum + n, 0),
    none: hasNone ? question.options.length : null,
  };
}

function paperOf(question, isBudget, text, copies) {
  if (text === "none") {
    return { copies, ranking: isBudget ? [] : [[question.options.length]], grades: [] };
  }
  const numbers = (sign) => text.split(sign).map((number) => Number(number) - 1);
  switch (SHAPES[question.method]) {
    case "grades":
      return { copies, ranking: [], grades: gradesOf(text) };
    case "ranking":
      return { copies, ranking: numbers(">").map((option) => [option]), grades: [] };
    default:
      return { copies, ranking: [numbers(",").sort(compared)], grades: [] };
  }
}

const gradesOf = (text) =>
  text.split(",").flatMap((grade, option) => (grade ? [[option, Number(grade)]] : []));

/** All options, in the order of the list. */
export const optionsOf = (profile) => profile.labels.map((_label, option) => option);

/** All options that a paper names. */
export const namedOn = (paper) => paper.ranking.flat();
