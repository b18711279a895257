// Schulze's method: paths of majorities, measured in winning votes; the numbers are whole votes.

import { figures, named, say, step } from "./counted.js";
import { optionsOf } from "./profile.js";
import { takeSeats } from "./ties.js";

export function countSchulze(profile, tieBreak) {
  const options = optionsOf(profile);
  const pairs = preferring(profile, options);
  const paths = strongestPaths(pairs, options);
  const order = orderOf(paths, options);
  const [winners, said] = takeSeats(profile.labels, order, profile.seats, tieBreak);
  const ranks = order.map((group) => named(profile.labels, group)).join(" > ");
  return {
    method: "schulze",
    seats: profile.seats,
    votes: profile.votes,
    labels: profile.labels,
    winners,
    order,
    steps: [
      ...rows(profile, "偏好 {label} 甚于各选项的票数：", pairs),
      ...rows(profile, "从 {label} 到各选项最强路径的强度：", paths),
      step(say("名次：{order}", { order: ranks })),
      ...said,
    ],
  };
}

/** How many papers prefer one option to another; those not named stand equal, below all named. */
function preferring(profile, options) {
  const pairs = options.map(() => options.map(() => 0));
  for (const paper of profile.papers) {
    const below = new Set(options);
    for (const group of paper.ranking) {
      for (const option of group) below.delete(option);
      for (const preferred of group) {
        for (const other of below) pairs[preferred][other] += paper.copies;
      }
    }
  }
  return pairs;
}

/** By Floyd and Warshall; 0 where there is no path. */
function strongestPaths(pairs, options) {
  const paths = pairs.map((row, a) => row.map((votes, b) => (votes > pairs[b][a] ? votes : 0)));
  for (const via of options) {
    for (const start of options) {
      if (start === via) continue;
      for (const end of options) {
        if (end === start || end === via) continue;
        const through = Math.min(paths[start][via], paths[via][end]);
        if (paths[start][end] < through) paths[start][end] = through;
      }
    }
  }
  return paths;
}

/** Again and again all whom no remaining one beats; each such group stands tied. */
function orderOf(paths, options) {
  const order = [];
  let remaining = options;
  while (remaining.length) {
    const left = remaining;
    const group = left.filter((a) => !left.some((b) => paths[b][a] > paths[a][b]));
    order.push(group);
    remaining = left.filter((option) => !group.includes(option));
  }
  return order;
}

const rows = (profile, text, table) =>
  table.map((row, option) => {
    const others = row.flatMap((votes, other) => (other === option ? [] : [[other, votes]]));
    return step(say(text, { label: profile.labels[option] }), figures(new Map(others)));
  });
