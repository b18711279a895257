// Choosing without an order: one vote a paper for every option that it names. 以上都不是 takes no seat,
// nor does an option that has no more votes than it.

import { figures, grouped, say, step } from "./counted.js";
import { namedOn, optionsOf } from "./profile.js";
import { takeSeats } from "./ties.js";

export function countChoosing(profile, tieBreak, question) {
  const most = mostNamed(question);
  const votes = new Map(optionsOf(profile).map((option) => [option, 0]));
  let invalid = 0;
  for (const paper of profile.papers) {
    const chosen = namedOn(paper);
    if (chosen.length > most) invalid += paper.copies;
    else for (const option of chosen) votes.set(option, votes.get(option) + paper.copies);
  }
  const floor = votes.get(profile.none);
  const order = grouped(votes);
  const electable = order.filter((group) => votes.get(group[0]) > floor);
  const [winners, said] = takeSeats(profile.labels, electable, profile.seats, tieBreak);
  const steps = [
    ...received(profile, question, invalid, most),
    step(say("各选项得票："), figures(votes)),
    step(noneOfThese(profile.labels[profile.none], floor)),
    ...said,
  ];
  const { seats, votes: papers, labels } = profile;
  return { method: question.method, seats, votes: papers, labels, winners, order, steps };
}

function mostNamed(question) {
  if (question.method === "plurality") return 1;
  return question.method === "top" ? question.most || question.seats : Infinity;
}

function received(profile, question, invalid, most) {
  const text = "收到 {votes} 票：有效 {valid}，空白 {blank}，无效 {invalid}。";
  const valid = profile.votes - invalid;
  const steps = [step(say(text, { votes: profile.votes, valid, blank: 0, invalid }))];
  if (!invalid) return steps;
  const says =
    question.method === "plurality"
      ? say("{papers} 张票的首选不是一个选项，无效。", { papers: invalid })
      : say("{papers} 张票选了超过 {most} 项，无效。", { papers: invalid, most });
  return [...steps, step(says)];
}

const noneOfThese = (label, votes) =>
  say("「{label}」得 {votes} 票；得票不多于它的选项不当选。", { label, votes });
