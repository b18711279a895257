// The count of a motion by its rule, in voters and, where the rule has it, by area in 0.01 m².

import { say } from "./counted.js";
import { Fraction, decimals, percentText } from "./fractions.js";
import { motionSteps } from "./working.js";

const CHOICES = ["for", "against", "abstain"];

/** `votes`: pairs of a choice and the area behind it. Gives the tally as the server announces it. */
export function countMotion(votes, rule, facts) {
  const axis = axisOf(votes, rule.follow);
  const cast = axis.cast + facts.spoilt;
  const present = Math.max(facts.present, cast);
  const base = baseOf(rule.base, axis, facts, cast, present);
  const participation = participationOf(rule, cast, facts.entitled);
  const majority = threshold(rule.majority, axis.totals.for, base);
  const areas = areasOf(rule, axis, facts);
  const tally = {
    totals: axis.totals,
    cast,
    entitled: facts.entitled,
    present,
    turnout: facts.entitled ? percentText(cast, facts.entitled) : "",
    participation,
    majority,
    outcome: outcomeOf([participation, areas?.participation], [majority, areas?.majority]),
    spoilt: facts.spoilt,
    follow: axis.follow,
    areas,
    count: null,
  };
  return { ...tally, steps: motionSteps(rule, tally) };
}

/** 随多数 stays apart, or is added last, with its area, to the greater of for and against. */
function axisOf(votes, follow) {
  const zero = () => Object.fromEntries([...CHOICES, "follow"].map((choice) => [choice, 0]));
  const [heads, areas] = [zero(), zero()];
  for (const [choice, area] of votes) {
    heads[choice] += 1;
    areas[choice] += area;
  }
  const sum = (amounts) => Object.values(amounts).reduce((whole, n) => whole + n, 0);
  const [cast, castArea, followers] = [sum(heads), sum(areas), heads.follow];
  if (follow === "resolved" && heads.for !== heads.against) {
    const side = heads.for > heads.against ? "for" : "against";
    heads[side] += heads.follow;
    areas[side] += areas.follow;
  }
  delete heads.follow;
  delete areas.follow;
  return { totals: heads, areas, cast, castArea, follow: followers };
}

function baseOf(base, axis, facts, cast, present) {
  return {
    cast,
    valid: axis.cast,
    yes_no: axis.totals.for + axis.totals.against,
    entitled: facts.entitled,
    present,
  }[base];
}

export const participationOf = (rule, cast, entitled) =>
  rule.participation ? threshold(rule.participation, cast, entitled) : null;

/**
 * The majority is one of the area that took part in the vote (Civil Code §278): spoilt papers did,
 * unless the rule measures against the valid votes.
 */
function areasOf(rule, axis, facts) {
  if (!rule.participation_area && !rule.majority_area) return null;
  const { entitled_area: entitled, spoilt_area: spoilt = 0 } = facts;
  const cast = axis.castArea + spoilt;
  const base = rule.base === "valid" ? axis.castArea : cast;
  return {
    totals: axis.areas,
    cast,
    entitled,
    participation: rule.participation_area
      ? threshold(rule.participation_area, cast, entitled)
      : null,
    majority: rule.majority_area ? threshold(rule.majority_area, axis.areas.for, base) : null,
    spoilt,
  };
}

/** Whether `part` of `whole` reaches a share, compared in whole numbers; of nothing, none is. */
function threshold(share, part, whole) {
  const { numerator, denominator } = Fraction.from(share.fraction);
  const need = BigInt(whole) * numerator;
  const have = BigInt(part) * denominator;
  const reached = whole > 0 && (share.strict ? have > need : have >= need);
  const least = share.strict ? need / denominator + 1n : (need + denominator - 1n) / denominator;
  return {
    part,
    whole,
    required: Number(share.strict || least > 1n ? least : 1n),
    percent: whole ? percentText(part, whole) : "",
    reached,
  };
}

function outcomeOf(participation, majority) {
  if (participation.some((one) => one && !one.reached)) return "invalid";
  return majority.every((one) => !one || one.reached) ? "adopted" : "rejected";
}

export const areaText = (hundredths) => decimals(hundredths, 2);
