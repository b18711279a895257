// Instant run-off: the last option is eliminated and its papers go to their next choice, until one
// has more than half of the papers that still choose, or as many are left as there are seats.

import { figures, grouped, say, step } from "./counted.js";
import { Fraction } from "./fractions.js";
import { optionsOf } from "./profile.js";
import { elected, extreme } from "./ties.js";

export function countRunoff(profile, tieBreak) {
  const text = "收到 {votes} 票：有效 {valid}，空白 {blank}。";
  const steps = [step(say(text, { votes: profile.votes, valid: profile.votes, blank: 0 }))];
  const rounds = [];
  const continuing = optionsOf(profile);
  const eliminated = [];
  let first = [];
  for (;;) {
    const votes = tally(profile, continuing);
    rounds.push(votes);
    steps.push(roundStep(rounds.length, votes, profile.votes));
    first = firstOf(votes, profile.seats);
    if (first.length || !continuing.length) break;
    const [last, said] = extreme(profile.labels, continuing, rounds, tieBreak, -1);
    const gone = say("淘汰 {label}，其票转给下一选择。", { label: profile.labels[last] });
    steps.push(...said, step(gone));
    continuing.splice(continuing.indexOf(last), 1);
    eliminated.push(last);
  }
  const winners = first.flat();
  const others = new Map([...rounds.at(-1)].filter(([option]) => !winners.includes(option)));
  return {
    method: "irv",
    seats: profile.seats,
    votes: profile.votes,
    labels: profile.labels,
    winners,
    order: [...first, ...grouped(others), ...eliminated.reverse().map((option) => [option])],
    steps: [...steps, elected(profile.labels, winners)],
  };
}

function tally(profile, continuing) {
  const votes = new Map(continuing.map((option) => [option, 0]));
  for (const paper of profile.papers) {
    const option = paper.ranking.map(([first]) => first).find((one) => votes.has(one));
    if (option !== undefined) votes.set(option, votes.get(option) + paper.copies);
  }
  return votes;
}

const active = (votes) => [...votes.values()].reduce((sum, n) => sum + n, 0);

/** Who is elected after this round, in order; nobody while the count goes on. */
function firstOf(votes, seats) {
  const order = grouped(votes);
  if (votes.size <= seats) return order;
  const hasMajority = seats === 1 && 2 * votes.get(order[0][0]) > active(votes);
  return hasMajority ? order.slice(0, 1) : [];
}

function roundStep(number, votes, valid) {
  const counted = active(votes);
  const text = "第 {number} 阶段：计 {active} 票，半数为 {half}；已无可选的 {exhausted} 票。";
  const half = new Fraction(counted, 2).text();
  return step(
    say(text, { number, active: `${counted}`, half, exhausted: `${valid - counted}` }),
    figures(votes),
  );
}
