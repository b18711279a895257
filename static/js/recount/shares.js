// The Method of Equal Shares: every voter gets the same part of the budget to spend. What is left is
// spent by letting the shares grow by 1, and then by support; see equalshares.net.

import { fund, sum, supports } from "./budget.js";
import { grouped, named, say, step } from "./counted.js";
import { Fraction, decimals, gcd } from "./fractions.js";
import { namedOn } from "./profile.js";
import { buy } from "./purses.js";
import { byList } from "./ties.js";

const READABLE = 10n ** 9n;
const MOST_RUNS = 5_000;

/** `pause` is awaited between runs, so that a page can show how far it is and stays usable. */
export async function countEqualShares(profile, tieBreak, pause = async () => {}) {
  const vote = voteOf(profile, tieBreak ?? byList);
  const share = profile.votes
    ? profile.budget.over(new Fraction(profile.votes))
    : new Fraction(0);
  const grown = await growing(vote, vote.bought(share), share, pause);
  const bought = grown.run.purchases.map(({ option }) => option);
  const support = supports(profile);
  const left = profile.budget.minus(sum(profile, bought));
  const [more, funding] = fund(profile, support, left, vote.choose, bought);
  const winners = [...bought, ...more];
  const others = new Map([...support].filter(([option]) => !winners.includes(option)));
  return {
    method: "equal-shares",
    seats: winners.length,
    votes: profile.votes,
    labels: profile.labels,
    winners,
    order: [...winners.map((option) => [option]), ...grouped(others)],
    steps: [
      shareStep(profile, share),
      ...growthSteps(grown, share),
      ...buyingSteps(vote, grown.run),
      ...(funding.length ? [step(say("剩下的钱按得到的支持资助"))] : []),
      ...funding,
    ],
  };
}

/** Papers that choose alike are one group; money in whole numbers, `scale` of them to a yuan. */
function voteOf(profile, choose) {
  const alike = new Map();
  for (const paper of profile.papers) {
    const key = namedOn(paper).join();
    const group = alike.get(key) ?? { named: namedOn(paper), copies: 0 };
    group.copies += paper.copies;
    alike.set(key, group);
  }
  const groups = [...alike.values()];
  const backed = profile.labels
    .map((_label, option) => option)
    .filter((option) => groups.some((group) => group.named.includes(option)));
  const scale = profile.costs.reduce((most, { denominator: own }) => (most * own) / gcd(most, own), 1n);
  const whole = new Fraction(scale);
  const backersOf = (option) =>
    groups.flatMap((group, n) => (group.named.includes(option) ? [n] : []));
  const market = {
    copies: groups.map((group) => group.copies),
    costs: new Map(backed.map((n) => [n, profile.costs[n].times(whole).numerator])),
    backers: new Map(backed.map((option) => [option, backersOf(option)])),
  };
  const bought = (share, growth = 0n) => buy(market, share.times(whole), choose, growth);
  return { profile, market, scale, choose, bought };
}

const costOf = (vote, run) => sum(vote.profile, run.purchases.map(({ option }) => option));

/** Whether a project that has supporters and is not bought would still fit. */
function mayAffordMore(vote, run) {
  const bought = new Set(run.purchases.map(({ option }) => option));
  const left = vote.profile.budget.minus(costOf(vote, run));
  return [...vote.market.costs.keys()].some(
    (option) => !bought.has(option) && vote.profile.costs[option].compare(left) <= 0,
  );
}

/** The last run that the budget allows, its share, and whether it was cut short. */
async function growing(vote, start, share, pause) {
  let [run, held] = [start, share];
  let at = share.numerator / share.denominator; // the outcome holds up to this share
  for (let number = 1; number <= MOST_RUNS; number += 1) {
    if (!mayAffordMore(vote, run)) return { run, held, isCut: false };
    const following = vote.bought(new Fraction(at + 1n), vote.scale);
    if (costOf(vote, following).compare(vote.profile.budget) > 0) {
      const last = new Fraction(at);
      if (last.compare(held) <= 0) return { run, held, isCut: false };
      return { run: vote.bought(last), held: last, isCut: false };
    }
    [run, held] = [following, new Fraction(at + 1n)];
    if (following.lasts === null) return { run, held, isCut: false }; // nothing ever changes again
    at += 1n + following.lasts;
    await pause(number);
  }
  return { run, held, isCut: true };
}

const shareStep = (profile, share) =>
  step(
    say("预算{budget}，{votes}张票，每人的份额{share}", {
      budget: profile.budget.text(),
      votes: profile.votes,
      share: share.text(),
    }),
  );

function growthSteps({ held, isCut }, share) {
  const same = say("份额再加就会超出预算，或者已经没有放得下的项目，份额不变");
  const text = "每人的份额每次加1，加到{share}：再加就会超出预算，或者已经没有放得下的项目";
  const says = held.compare(share) ? say(text, { share: held.text() }) : same;
  const cut = say("份额加了{times}次还没有到头，没有再加下去", { times: MOST_RUNS });
  return isCut ? [step(says), step(cut)] : [step(says)];
}

function buyingSteps(vote, run) {
  let left = vote.profile.budget;
  return run.purchases.flatMap((purchase) => {
    left = left.minus(vote.profile.costs[purchase.option]);
    const bought = purchaseStep(vote, purchase, left);
    return purchase.tied.length ? [tieStep(vote, purchase), bought] : [bought];
  });
}

function tieStep(vote, purchase) {
  const { labels } = vote.profile;
  const facts = { options: named(labels, purchase.tied), option: labels[purchase.option] };
  return vote.choose === byList
    ? step(say("{options}的价格一样，按名单顺序先买{option}", facts))
    : step(say("{options}的价格一样，按抽签先买{option}", facts));
}

/** The price is for one unit of cost. */
function purchaseStep(vote, purchase, left) {
  const text =
    "买{option}：费用{cost}，{payers}人付，其中{spent}人付完了自己的份额；每单位效用的价格{price}；预算剩{left}";
  const facts = {
    option: vote.profile.labels[purchase.option],
    cost: vote.profile.costs[purchase.option].text(),
    payers: purchase.payers,
    spent: purchase.spent,
    price: priceText(new Fraction(purchase.due, purchase.base)),
    left: left.text(),
  };
  return step(say(text, facts));
}

/** Exact where somebody can still read it; the counting is exact in any case. */
function priceText(price) {
  if (price.denominator <= READABLE) return price.text();
  return `≈${decimals((price.numerator * READABLE) / price.denominator, 9)}`;
}
