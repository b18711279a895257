// Breaking ties by the rule that was declared before the vote; and who had more at an earlier stage.

import { compared } from "./fractions.js";
import { named, say, step } from "./counted.js";
import { hex, sha256 } from "./digest.js";

/** The order of the list, as it was published before the vote. */
export const byList = (tied) => [...tied].sort(compared);

/**
 * By lot: the lowest SHA-256(head ":" digits, zero byte, label) first. The digests are made here, so
 * that a count does not wait for them.
 */
export async function byLot(lot, labels) {
  const seed = `${lot.head}:${lot.digits}\0`;
  const encoder = new TextEncoder();
  const drawn = await Promise.all(
    labels.map(async (label) => hex(await sha256(encoder.encode(seed + label)))),
  );
  return (tied) => [...tied].sort((a, b) => compared(drawn[a], drawn[b]));
}

/** As the rule says; null where a tie stays a tie. Without digits no lot was needed. */
export async function tieBreakOf(rule, lot, labels) {
  if (rule.tie_break === "none") return null;
  return rule.tie_break === "lot" && lot ? byLot(lot, labels) : byList;
}

/** What breaks a tie, as a sentence calls it; without a rule it is the order of the list. */
const ruleOf = (tieBreak) =>
  !tieBreak || tieBreak === byList ? say("名单次序") : say("事先声明的抽签");

/** The winners by an order with ties, and the steps that say who they are. */
export function takeSeats(labels, order, seats, tieBreak) {
  const winners = [];
  const steps = [];
  for (const group of order) {
    const left = seats - winners.length;
    if (left <= 0) break;
    if (group.length <= left) {
      winners.push(...group);
      continue;
    }
    const facts = { names: named(labels, group), left };
    if (!tieBreak) {
      const untold = "{names} 并列，只余 {left} 个名额；没有规定如何打破并列，全部列为当选。";
      steps.push(step(say(untold, facts)));
      winners.push(...group);
      break;
    }
    const taken = tieBreak(group).slice(0, left);
    const broken = "{names} 并列，只余 {left} 个名额；按{rule}，当选的是 {taken}。";
    const says = say(broken, { ...facts, rule: ruleOf(tieBreak), taken: named(labels, taken) });
    steps.push(step(says));
    winners.push(...taken);
  }
  return [winners, [...steps, elected(labels, winners)]];
}

/** The last step of a count. */
export const elected = (labels, winners) =>
  winners.length
    ? step(say("当选：{names}。", { names: named(labels, winners) }))
    : step(say("无人当选。"));

/**
 * Who has the least (`sign` −1) or the most (1) at the last stage, with the steps that breaking a
 * tie took: the most recent stage at which the tied differed decides, then the declared rule.
 * `stages` are Maps of options to numbers that `compare` orders.
 */
export function extreme(labels, among, stages, tieBreak, sign, compare = compared) {
  const tied = furthest(among, stages.at(-1), sign, compare);
  if (tied.length === 1) return [tied[0], []];
  let left = tied;
  for (let number = stages.length - 1; number > 0; number -= 1) {
    left = furthest(left, stages[number - 1], sign, compare);
    if (left.length === 1) {
      const text = "{names} 票数相同；按第 {stage} 阶段的票数决定：{label}。";
      const facts = { names: named(labels, tied), stage: number, label: labels[left[0]] };
      return [left[0], [step(say(text, facts))]];
    }
  }
  const ranked = (tieBreak ?? byList)(left);
  const decided = sign > 0 ? ranked[0] : ranked.at(-1);
  return [decided, [step(undecidedBefore(labels, tied, left, tieBreak, decided))]];
}

function undecidedBefore(labels, tied, left, tieBreak, decided) {
  const facts = {
    names: named(labels, tied),
    left: named(labels, left),
    rule: ruleOf(tieBreak),
    label: labels[decided],
  };
  return left.length < tied.length
    ? say("{names} 票数相同，以前各阶段分不出 {left}；按{rule}决定：{label}。", facts)
    : say("{names} 票数相同，以前各阶段也相同；按{rule}决定：{label}。", facts);
}

function furthest(among, votes, sign, compare) {
  const best = among.reduce((a, b) => (sign * compare(votes.get(b), votes.get(a)) > 0 ? b : a));
  return among.filter((option) => compare(votes.get(option), votes.get(best)) === 0);
}
