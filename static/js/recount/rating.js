// Rating by the exact mean of the grades; and the grades of every option, for majority judgment too.

import { figures, grouped, say, step } from "./counted.js";
import { Fraction } from "./fractions.js";
import { optionsOf } from "./profile.js";
import { takeSeats } from "./ties.js";

const byFraction = (a, b) => a.compare(b);

export function countRating(profile, tieBreak) {
  const given = gradesGiven(profile);
  const rated = [...given].filter(([, of]) => of.length);
  const means = new Map(rated.map(([option, of]) => [option, meanOf(of)]));
  const medians = new Map(rated.map(([option, of]) => [option, medianOf(of)]));
  const unrated = [...given.keys()].filter((option) => !means.has(option));
  const order = grouped(means, byFraction);
  const [winners, said] = takeSeats(profile.labels, order, profile.seats, tieBreak);
  return {
    method: "rating",
    seats: profile.seats,
    votes: profile.votes,
    labels: profile.labels,
    winners,
    order: unrated.length ? [...order, unrated] : order,
    steps: [
      ...spreadSteps(given),
      step(say("平均分"), figures(means)),
      step(say("中位数"), figures(medians)),
      ...said,
    ],
  };
}

/** For every option pairs of a grade and how many gave it, the highest grade first. */
export function gradesGiven(profile) {
  const given = new Map(optionsOf(profile).map((option) => [option, new Map()]));
  for (const paper of profile.papers) {
    for (const [option, grade] of paper.grades) {
      const of = given.get(option);
      of.set(grade, (of.get(grade) ?? 0) + paper.copies);
    }
  }
  const sorted = ([option, of]) => [option, [...of].sort((a, b) => b[0] - a[0])];
  return new Map([...given].map(sorted));
}

export const votersOf = (of) => of.reduce((sum, [, voters]) => sum + voters, 0);

export function spreadSteps(given) {
  const spread = [...given].map(([option, of]) => [
    option,
    of.map(([grade, voters]) => `${grade}×${voters}`).join("，") || "—",
  ]);
  const voters = new Map([...given].map(([option, of]) => [option, votersOf(of)]));
  return [
    step(say("各选项得到的分数（分数×票数）"), spread),
    step(say("打分的票数"), figures(voters)),
  ];
}

const meanOf = (of) =>
  new Fraction(of.reduce((sum, [grade, voters]) => sum + grade * voters, 0), votersOf(of));

/** The grade in the middle; between two, what lies half way. */
function medianOf(of) {
  const voters = votersOf(of);
  const low = gradeAt(of, Math.trunc((voters - 1) / 2));
  return new Fraction(low + gradeAt(of, Math.trunc(voters / 2)), 2);
}

/** The grade at a position from the beginning, counted from 0. */
export function gradeAt(of, position) {
  let left = position;
  for (const [grade, voters] of of) {
    if (left < voters) return grade;
    left -= voters;
  }
  return undefined;
}
