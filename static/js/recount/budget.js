// Projects for a budget: the most supported first, if it still fits. Money is in exact fractions.

import { grouped, named, figures, say, step } from "./counted.js";
import { Fraction } from "./fractions.js";
import { namedOn, optionsOf } from "./profile.js";
import { byList } from "./ties.js";

export function countGreedy(profile, tieBreak) {
  const support = supports(profile);
  const [winners, funding] = fund(profile, support, profile.budget, tieBreak ?? byList);
  const says = say("预算{budget}；各项目得到的支持", { budget: profile.budget.text() });
  return {
    method: "greedy",
    seats: winners.length,
    votes: profile.votes,
    labels: profile.labels,
    winners,
    order: grouped(support),
    steps: [step(says, figures(support)), ...funding],
  };
}

/** How many papers name each project. */
export function supports(profile) {
  const support = new Map(optionsOf(profile).map((option) => [option, 0]));
  for (const paper of profile.papers) {
    for (const option of namedOn(paper)) support.set(option, support.get(option) + paper.copies);
  }
  return support;
}

/** Funds what is not funded yet and fits into what is left, by support. */
export function fund(profile, support, budget, choose, funded = []) {
  const wanted = new Map([...support].filter(([n, worth]) => worth > 0 && !funded.includes(n)));
  const winners = [];
  const steps = [];
  let left = budget;
  for (const group of grouped(wanted)) {
    const fitting = group.filter((option) => profile.costs[option].compare(left) <= 0);
    const isTie = fitting.length > 1 && sum(profile, fitting).compare(left) > 0;
    if (isTie) steps.push(tieStep(profile, fitting, wanted.get(group[0]), choose));
    for (const option of isTie ? choose(group) : group) {
      const fits = profile.costs[option].compare(left) <= 0;
      if (fits) {
        winners.push(option);
        left = left.minus(profile.costs[option]);
      }
      steps.push(fundingStep(profile, option, support.get(option), left, fits));
    }
  }
  return [winners, steps];
}

export const sum = (profile, options) =>
  options.reduce((total, option) => total.plus(profile.costs[option]), new Fraction(0));

function tieStep(profile, tied, support, choose) {
  const facts = { options: named(profile.labels, tied), support };
  return choose === byList
    ? step(say("{options}得到的支持一样多（{support}），剩下的钱不够都资助，按名单顺序决定先后", facts))
    : step(say("{options}得到的支持一样多（{support}），剩下的钱不够都资助，按抽签决定先后", facts));
}

function fundingStep(profile, option, support, left, fits) {
  const facts = {
    option: profile.labels[option],
    support,
    cost: profile.costs[option].text(),
    left: left.text(),
  };
  return fits
    ? step(say("资助{option}（支持{support}，费用{cost}），还剩{left}", facts))
    : step(say("{option}（支持{support}，费用{cost}）超过剩下的{left}，跳过", facts));
}
