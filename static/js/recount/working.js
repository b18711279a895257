// The working of a motion's count in sentences, so that the reader can divide it again.

import { say } from "./counted.js";
import { decimals } from "./fractions.js";

export const OUTCOMES = {
  adopted: say("通过"),
  rejected: say("未通过"),
  invalid: say("参与不足，结果无效"),
  chosen: say("已选出"),
  undecided: say("没有选出"),
};

const UNITS = { households: say("户"), persons: say("人"), owners: say("人") };

const baseWords = (base, unit) =>
  ({
    cast: say("投票", { unit }),
    valid: say("有效票", { unit }),
    yes_no: say("赞成与反对之和", { unit }),
    entitled: say("应投{unit}数", { unit }),
    present: say("到会{unit}数", { unit }),
  })[base];

const AT_LEAST = {
  "1/5": say("五分之一以上"),
  "1/4": say("四分之一以上"),
  "1/3": say("三分之一以上"),
  "1/2": say("半数以上"),
  "3/5": say("五分之三以上"),
  "2/3": say("三分之二以上"),
  "3/4": say("四分之三以上"),
  "4/5": say("五分之四以上"),
  "1/1": say("全部"),
};

const MORE_THAN = {
  "1/3": say("超过三分之一"),
  "1/2": say("过半"),
  "2/3": say("超过三分之二"),
  "3/4": say("超过四分之三"),
};

function shareWords(share) {
  const known = (share.strict ? MORE_THAN : AT_LEAST)[share.fraction];
  if (known) return known;
  const [part, whole] = share.fraction.split("/").map(Number);
  return share.strict
    ? say("超过{part}/{whole}", { part, whole })
    : say("{part}/{whole}以上", { part, whole });
}

export function motionSteps(rule, tally) {
  const unit = UNITS[rule.electorate];
  const steps = [totalsStep(tally)];
  if (tally.follow) steps.push(say(followText(rule, tally.totals), { n: tally.follow }));
  if (tally.spoilt) steps.push(say("其中废票{n}", { n: tally.spoilt }));
  steps.push(...participationSteps(rule, tally));
  steps.push(working(say("赞成"), baseWords(rule.base, unit), tally.majority, rule.majority));
  if (tally.areas) steps.push(...areaSteps(rule, tally.areas));
  return [...steps, outcomeStep(tally)];
}

/** Sides that are equal in the end were so before: else the followers had joined one of them. */
function followText(rule, totals) {
  if (rule.follow !== "resolved") return "其中随多数{n}，单独计数";
  return totals.for === totals.against
    ? "其中随多数{n}，赞成与反对相同，没有计入任何一方"
    : "其中随多数{n}，已计入票多的一方";
}

export const outcomeStep = (tally) => say("结果：{outcome}", { outcome: OUTCOMES[tally.outcome] });

const totalsStep = (tally) =>
  say("赞成{for}，反对{against}，弃权{abstain}，共投票{cast}", { ...tally.totals, cast: tally.cast });

export function participationSteps(rule, tally) {
  if (!tally.participation) return [];
  const whole = say("应投{unit}数", { unit: UNITS[rule.electorate] });
  return [working(say("投票"), whole, tally.participation, rule.participation)];
}

function areaSteps(rule, areas) {
  const shown = Object.fromEntries(
    Object.entries(areas.totals).map(([choice, n]) => [choice, decimals(n, 2)]),
  );
  const text = "面积：赞成{for}，反对{against}，弃权{abstain}，共投票{cast}平方米";
  const steps = [say(text, { ...shown, cast: decimals(areas.cast, 2) })];
  if (areas.spoilt) steps.push(say("其中废票{n}平方米", { n: decimals(areas.spoilt, 2) }));
  if (areas.participation) {
    const names = [say("投票面积"), say("应投总面积")];
    steps.push(working(...names, areas.participation, rule.participation_area, true));
  }
  if (areas.majority) {
    const base = rule.base === "valid" ? say("有效票面积") : say("投票面积");
    const names = [say("赞成面积"), base];
    steps.push(working(...names, areas.majority, rule.majority_area, true));
  }
  return steps;
}

/** One line of the sum. */
function working(part, whole, it, share, isArea = false) {
  if (it.whole === 0) return say("{whole}为0，没有达到", { whole });
  const text =
    "{part}{n} ÷ {whole}{of} = {percent}（截尾，不进位），须{share}即{required}{measure}：{verdict}";
  const shown = (amount) => (isArea ? decimals(amount, 2) : String(amount));
  return say(text, {
    part,
    n: shown(it.part),
    whole,
    of: shown(it.whole),
    percent: it.percent,
    share: shareWords(share),
    required: shown(it.required),
    measure: isArea ? say("平方米") : say("票"),
    verdict: it.reached ? say("达到") : say("没有达到"),
  });
}
