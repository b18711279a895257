// Single transferable vote by the rules for councils in Scotland (SSI 2007/42, Schedule 1, Part III).
// Votes are whole numbers of 0.00001, as the rules have them.

import { grouped, named, say, step } from "./counted.js";
import { compared, decimals } from "./fractions.js";
import { optionsOf } from "./profile.js";
import { elected, extreme } from "./ties.js";

const VOTE = 100_000n;

export function countStv(profile, tieBreak) {
  const hall = firstStage(profile);
  const quota = (BigInt(profile.votes) / BigInt(profile.seats + 1) + 1n) * VOTE;
  const received = "收到 {votes} 票：有效 {valid}，空白 {blank}，首选不是一个选项而无效 {invalid}。";
  const votes = profile.votes;
  const first = "第 1 阶段：按首选计票；当选商数为 {quota}。";
  const steps = [
    step(say(received, { votes, valid: votes, blank: 0, invalid: 0 })),
    stageStep(hall, say(first, { quota: Number(quota / VOTE) })),
    ...elect(profile, hall, quota),
  ];
  while (hall.elected.length < profile.seats && continuing(hall).length) {
    steps.push(...nextStage(profile, hall, quota, tieBreak), ...elect(profile, hall, quota));
  }
  const { seats, labels } = profile;
  steps.push(elected(labels, hall.elected));
  return { method: "stv", seats, votes, labels, winners: hall.elected, order: orderOf(hall), steps };
}

/** `piles`: by option, papers that rank alike and have one value; `stages`: the votes at each. */
function firstStage(profile) {
  const options = optionsOf(profile);
  const piles = new Map(options.map((option) => [option, []]));
  for (const paper of profile.papers) {
    const ranking = paper.ranking.map(([option]) => option);
    piles.get(ranking[0]).push({ ranking, copies: BigInt(paper.copies), value: VOTE });
  }
  const worth = (own) => own.reduce((sum, pile) => sum + pile.copies * pile.value, 0n);
  const votes = new Map(options.map((option) => [option, worth(piles.get(option))]));
  return { options, piles, stages: [votes], lost: 0n, elected: [], excluded: [] };
}

const continuing = (hall) =>
  hall.options.filter((n) => !hall.elected.includes(n) && !hall.excluded.includes(n));

/** The elected as they won, those left by their votes, the excluded, last first. */
function orderOf(hall) {
  const votes = hall.stages.at(-1);
  const left = new Map(continuing(hall).map((option) => [option, votes.get(option)]));
  const alone = (option) => [option];
  return [...hall.elected.map(alone), ...grouped(left), ...[...hall.excluded].reverse().map(alone)];
}

/** Who reaches the quota is elected; and all who are left, once they are no more than the seats. */
function elect(profile, hall, quota) {
  const votes = hall.stages.at(-1);
  const mostFirst = (options) =>
    options.sort((a, b) => compared(votes.get(b), votes.get(a)) || compared(a, b));
  const steps = [];
  const seat = (options, text) => {
    hall.elected.push(...options);
    steps.push(step(say(text, { names: named(profile.labels, options) })));
  };
  const reached = mostFirst(continuing(hall).filter((n) => votes.get(n) >= quota));
  if (reached.length) seat(reached, "达到商数而当选：{names}。");
  const last = mostFirst(continuing(hall));
  if (last.length && last.length <= profile.seats - hall.elected.length) {
    seat(last, "余下的选项不多于余下的名额而当选：{names}。");
  }
  return steps;
}

const TRANSFERRED =
  "第 {number} 阶段：转移 {label} 超过商数的 {moved} 票，每张的值乘以 {moved} 再除以 {held}，取五位小数。不可转移 {lost} 票，累计 {total} 票。";
const EXCLUDED =
  "第 {number} 阶段：{label} 票数最少，淘汰，其票按现值转给下一选择。不可转移 {lost} 票，累计 {total} 票。";

/** Transfers the largest surplus, or excludes the last option. */
function nextStage(profile, hall, quota, tieBreak) {
  const before = hall.stages.at(-1);
  const lostBefore = hall.lost;
  const surplus = hall.elected.filter((option) => before.get(option) > quota);
  const among = surplus.length ? surplus : continuing(hall);
  const sign = surplus.length ? 1 : -1;
  const [option, said] = extreme(profile.labels, among, hall.stages, tieBreak, sign);
  if (!surplus.length) hall.excluded.push(option);
  transfer(hall, option, surplus.length ? quota : 0n);
  const held = before.get(option);
  const facts = {
    number: hall.stages.length,
    label: profile.labels[option],
    moved: textOf(held - hall.stages.at(-1).get(option)),
    held: textOf(held),
    lost: textOf(hall.lost - lostBefore),
    total: textOf(hall.lost),
  };
  return [...said, stageStep(hall, say(surplus.length ? TRANSFERRED : EXCLUDED, facts))];
}

/** The option's papers at the value of what it does not keep, each to its next choice. */
function transfer(hall, option, keeps) {
  const votes = new Map(hall.stages.at(-1));
  const held = votes.get(option);
  const moved = held - keeps;
  const open = new Set(continuing(hall));
  const piles = hall.piles.get(option);
  hall.piles.set(option, []);
  votes.set(option, keeps);
  hall.lost += moved;
  for (const pile of piles) {
    const to = pile.ranking.find((one) => open.has(one));
    if (to === undefined) continue;
    const value = keeps ? (pile.value * moved) / held : pile.value; // what is behind 5 places is lost
    hall.piles.get(to).push({ ...pile, value });
    votes.set(to, votes.get(to) + pile.copies * value);
    hall.lost -= pile.copies * value;
  }
  hall.stages.push(votes);
}

const stageStep = (hall, says) =>
  step(says, [...hall.stages.at(-1)].map(([option, votes]) => [option, textOf(votes)]));

/** Whole votes, or all five decimals, as Scottish returns show them. */
const textOf = (units) => (units % VOTE ? decimals(units, 5) : String(units / VOTE));
