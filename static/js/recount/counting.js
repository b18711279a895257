// From a published list to its tally: the one entrance to every method.

import { countGreedy } from "./budget.js";
import { countChoosing } from "./choosing.js";
import { say, toJson } from "./counted.js";
import { percentText } from "./fractions.js";
import { countJudgment } from "./judgment.js";
import { countMotion, participationOf } from "./motion.js";
import { profileOf } from "./profile.js";
import { countRating } from "./rating.js";
import { countRunoff } from "./runoff.js";
import { countSchulze } from "./schulze.js";
import { countEqualShares } from "./shares.js";
import { countStv } from "./stv.js";
import { tieBreakOf } from "./ties.js";
import { outcomeStep, participationSteps } from "./working.js";

const COUNTS = {
  plurality: countChoosing,
  approval: countChoosing,
  top: countChoosing,
  schulze: countSchulze,
  irv: countRunoff,
  stv: countStv,
  rating: countRating,
  "majority-judgment": countJudgment,
  greedy: countGreedy,
};

/** A choice among options by the question's method. */
export async function countAsked(question, votes, tieBreak, pause) {
  const profile = profileOf(question, votes);
  return question.method === "equal-shares"
    ? countEqualShares(profile, tieBreak, pause)
    : COUNTS[question.method](profile, tieBreak, question);
}

/** A line of the list: receipt, choice, voter if the rule names them, area where areas count. */
export function voteFrom(line) {
  const [receipt, choice, voter, area = 0] = JSON.parse(line);
  return { receipt, choice, voter, area };
}

/** The tally of a bundle, and for a choice its count, by nothing but the list, rule and facts. */
export async function recounted(bundle, pause) {
  const votes = bundle.lines.map(voteFrom);
  const { rule, question, facts } = bundle;
  if (question.method === "for-against-abstain") {
    const pairs = votes.map(({ choice, area }) => [choice, area]);
    return { tally: countMotion(pairs, rule, facts), count: null };
  }
  const choices = votes.map(({ choice }) => choice);
  const tieBreak = await tieBreakOf(rule, bundle.lot, question.options);
  const count = await countAsked(question, choices, tieBreak, pause);
  return { tally: tallyOf(choices, rule, question, facts, count), count };
}

function tallyOf(choices, rule, question, facts, count) {
  const cast = choices.length + facts.spoilt;
  const abstained = choices.filter((choice) => choice === "abstain").length;
  const participation = participationOf(rule, cast, facts.entitled);
  const isInvalid = participation && !participation.reached;
  const tally = {
    totals: { abstain: abstained },
    cast,
    entitled: facts.entitled,
    present: Math.max(facts.present, cast),
    turnout: facts.entitled ? percentText(cast, facts.entitled) : "",
    participation,
    majority: null,
    outcome: isInvalid ? "invalid" : outcomeOf(question, count),
    spoilt: facts.spoilt,
    follow: 0,
    areas: null,
    count: toJson(count),
  };
  const text = "共投票{cast}，其中弃权{abstained}，废票{spoilt}";
  const steps = [
    say(text, { cast, abstained, spoilt: facts.spoilt }),
    ...participationSteps(rule, tally),
    ...count.steps.map((step) => step.says),
    outcomeStep(tally),
  ];
  return { ...tally, steps };
}

/** Chosen, if no more are left for the seats than there are seats. */
function outcomeOf(question, count) {
  const most = question.costs.length ? Infinity : question.seats;
  return count.winners.length > 0 && count.winners.length <= most ? "chosen" : "undecided";
}
