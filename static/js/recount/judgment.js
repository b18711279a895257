// Majority judgment (Balinski and Laraki): the lower median decides; where it is the same, one such
// grade is taken away from each, again and again, until they differ.

import { grouped, say, step, figures } from "./counted.js";
import { compared } from "./fractions.js";
import { gradeAt, gradesGiven, spreadSteps, votersOf } from "./rating.js";
import { takeSeats } from "./ties.js";

export function countJudgment(profile, tieBreak) {
  const given = gradesGiven(profile);
  const judged = completed(profile, given);
  const values = majorityValues(judged);
  const order = grouped(values, compareLists);
  const [winners, said] = takeSeats(profile.labels, order, profile.seats, tieBreak);
  return {
    method: "majority-judgment",
    seats: profile.seats,
    votes: profile.votes,
    labels: profile.labels,
    winners,
    order,
    steps: [...spreadSteps(given), ...judgingSteps(judged, values), ...said],
  };
}

/** The grades of each option, the lowest first; who graded others but not it gave it the lowest. */
function completed(profile, given) {
  const graded = profile.papers.filter((paper) => paper.grades.length);
  const judges = graded.reduce((sum, paper) => sum + paper.copies, 0);
  return new Map(
    [...given].map(([option, of]) => {
      const counts = new Map(of);
      const missing = judges - votersOf(of);
      if (missing) counts.set(1, (counts.get(1) ?? 0) + missing);
      return [option, [...counts].sort((a, b) => a[0] - b[0])];
    }),
  );
}

/** For each option the grades in the order in which they are taken, from the median outwards. */
function majorityValues(judged) {
  return new Map([...judged].map(([option, of]) => [option, taken(of)]));
}

function taken(of) {
  const voters = votersOf(of);
  const middle = Math.trunc((voters - 1) / 2);
  const isEven = voters % 2 === 0;
  const grades = voters ? [gradeAt(of, middle)] : [];
  for (let turn = 1; grades.length < voters; turn += 1) {
    // Of an even number, what is left has its lower median above first.
    for (const at of isEven ? [middle + turn, middle - turn] : [middle - turn, middle + turn]) {
      if (at >= 0 && at < voters) grades.push(gradeAt(of, at));
    }
  }
  return grades;
}

function compareLists(a, b) {
  const at = a.findIndex((grade, n) => grade !== b[n]);
  return at < 0 ? 0 : compared(a[at], b[at]);
}

/** The majority-grade, and how many gave more, and how many less. */
function judgingSteps(judged, values) {
  const medians = new Map(
    [...values].filter(([, value]) => value.length).map(([option, value]) => [option, value[0]]),
  );
  const gauges = [...medians].map(([option, grade]) => [option, gauge(judged.get(option), grade)]);
  return [
    step(say("多数评价（没有打分的按最低分算）"), figures(medians)),
    step(say("高于和低于多数评价的票数"), gauges),
  ];
}

function gauge(of, grade) {
  const above = votersOf(of.filter(([other]) => other > grade));
  const below = votersOf(of.filter(([other]) => other < grade));
  return `${above}${above > below ? "+" : "-"}${below}`;
}
