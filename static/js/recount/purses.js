// Buying together, one round of the Method of Equal Shares after another, in whole numbers: every
// purse is one over a common denominator, which grows with each purchase. With it goes how much the
// purse grows when all shares grow by one step, so that a run can tell how many steps later it would
// still go the same way; these steps need no run of their own.

import { compared, gcd } from "./fractions.js";

/**
 * Buys until nothing is affordable. `market` has the `copies` of each group of like voters, and by
 * project its `costs` and `backers` (groups). Gives the purchases, and for how many further steps
 * the same would be bought: `lasts`, null for ever.
 */
export function buy(market, share, choose, growth) {
  return new Buying(market, share, choose, growth).run();
}

class Buying {
  constructor(market, share, choose, growth) {
    this.market = market;
    this.choose = choose;
    this.denominator = share.denominator;
    this.has = [0n, share.numerator];
    this.more = [0n, growth * share.denominator];
    this.purseOf = market.copies.map(() => 1);
    this.lasts = null;
    this.round = 0;
    this.tidyAbove = 16;
    this.offers = new Map();
    for (const [option, cost] of market.costs) {
      const weight = BigInt(votersIn(market, market.backers.get(option)));
      this.offers.set(option, { due: cost, growth: 0n, base: weight * cost, round: -1 });
    }
  }

  run() {
    const purchases = [];
    for (let found = this.cheapest(); found.length; found = this.cheapest()) {
      const option = this.choose(found)[0];
      const offer = this.offers.get(option);
      this.offers.delete(option);
      this.watch(offer);
      purchases.push(purchaseOf(option, offer, found));
      this.pay(option, offer);
      this.round += 1;
    }
    return { purchases, lasts: this.lasts };
  }

  /** All projects with the lowest price. A later offer is never lower, so that an old one is only
   *  made anew when it comes first. */
  cheapest() {
    const waiting = [...this.offers.keys()];
    const found = [];
    for (;;) {
      const option = this.firstOf(waiting);
      const best = this.offers.get(found[0]);
      if (option === undefined || (best && byPrice(this.offers.get(option), best))) return found;
      waiting.splice(waiting.indexOf(option), 1);
      if (this.offers.get(option).round === this.round) {
        found.push(option);
        continue;
      }
      const offer = this.offer(option);
      if (!offer) this.offers.delete(option);
      else {
        this.offers.set(option, offer);
        waiting.push(option);
      }
    }
  }

  firstOf(waiting) {
    let first;
    for (const option of waiting) {
      if (first === undefined) first = option;
      const sign = byPrice(this.offers.get(option), this.offers.get(first));
      if (sign < 0 || (sign === 0 && option < first)) first = option;
    }
    return first;
  }

  /** The price at which the supporters can pay for it together, or null. */
  offer(option) {
    const entries = this.entries(option);
    let weight = BigInt(entries.reduce((sum, { voters }) => sum + voters, 0));
    let due = this.market.costs.get(option) * this.denominator;
    let growth = 0n;
    for (let at = 0; at < entries.length; at += 1) {
      const { purse, voters } = entries[at];
      if (this.has[purse] * weight >= due) {
        const payments = entries.map((entry, n) => ({ ...entry, canPay: n >= at }));
        const base = weight * this.denominator * this.market.costs.get(option);
        const offer = { due, growth, base, round: this.round, payments, weight };
        this.keepSides(offer);
        return offer;
      }
      due -= this.has[purse] * BigInt(voters);
      growth -= this.more[purse] * BigInt(voters);
      weight -= BigInt(voters);
    }
    this.keep(due, growth, true); // what is missing stays missing
    return null;
  }

  /** The purses of the supporters with their voters; those who run out first before the others. */
  entries(option) {
    const voters = new Map();
    for (const group of this.market.backers.get(option)) {
      const purse = this.purseOf[group];
      voters.set(purse, (voters.get(purse) ?? 0) + this.market.copies[group]);
    }
    const entries = [...voters].map(([purse, count]) => ({ purse, voters: count }));
    return entries.sort((a, b) => compared(this.has[a.purse], this.has[b.purse]));
  }

  /** Takes the payments out; voters who paid alike share a purse again. */
  pay(option, offer) {
    const { weight } = offer;
    const has = this.has.map((money) => money * weight);
    const more = this.more.map((money) => money * weight);
    const moved = new Map();
    for (const { purse, canPay } of offer.payments) {
      moved.set(purse, canPay ? has.length : 0);
      if (!canPay) continue;
      has.push(this.has[purse] * weight - offer.due);
      more.push(this.more[purse] * weight - offer.growth);
    }
    for (const group of this.market.backers.get(option)) {
      this.purseOf[group] = moved.get(this.purseOf[group]);
    }
    [this.has, this.more] = [has, more];
    this.denominator *= weight;
    if (has.length > this.tidyAbove) this.tidy();
  }

  /** Drops purses that nobody has any more, and shortens the fractions. */
  tidy() {
    const used = [...new Set([0, ...this.purseOf])].sort(compared);
    const number = new Map(used.map((purse, n) => [purse, n]));
    let common = this.denominator;
    for (const purse of used) {
      if (common === 1n) break;
      common = gcd(gcd(common, this.has[purse]), this.more[purse]);
    }
    this.has = used.map((purse) => this.has[purse] / common);
    this.more = used.map((purse) => this.more[purse] / common);
    this.purseOf = this.purseOf.map((purse) => number.get(purse));
    this.denominator /= common;
    this.tidyAbove = 2 * used.length + 16;
  }

  /** Who runs out and who does not: an offer is what it says while this stays so. */
  keepSides(offer) {
    for (const { purse, canPay } of offer.payments) {
      const left = this.has[purse] * offer.weight - offer.due;
      const growth = this.more[purse] * offer.weight - offer.growth;
      this.keep(canPay ? left : -left, canPay ? growth : -growth);
    }
  }

  /** The other offers stay above the best one. */
  watch(best) {
    for (const offer of this.offers.values()) {
      const above = offer.due * best.base - best.due * offer.base;
      const growth = offer.growth * best.base - best.growth * offer.base;
      this.keep(above, growth, above > 0n);
    }
  }

  /** A condition of this run: value + steps · growth is at least 0, or above it. */
  keep(value, growth, strict = false) {
    if (growth >= 0n || this.lasts === 0n) return;
    const steps = (strict ? value - 1n : value) / -growth;
    const least = this.lasts === null || steps < this.lasts ? steps : this.lasts;
    this.lasts = least < 0n ? 0n : least;
  }
}

/** A price is due / base. */
const byPrice = (a, b) => compared(a.due * b.base, b.due * a.base);

export const votersIn = (market, groups) =>
  groups.reduce((sum, group) => sum + market.copies[group], 0);

function purchaseOf(option, offer, found) {
  const voters = (entries) => entries.reduce((sum, entry) => sum + entry.voters, 0);
  return {
    option,
    due: offer.due,
    base: offer.base,
    payers: voters(offer.payments),
    spent: voters(offer.payments.filter(({ canPay }) => !canPay)),
    tied: found.length > 1 ? [...found].sort(compared) : [],
  };
}
