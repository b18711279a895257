// Whether a file is a published ballot, and each of its lines a vote on its question.

const FORMAT = "deliberation.ballot/1";
const MOTION = ["for", "against", "abstain"];
const RANKED = ["schulze", "irv", "stv"];
const GRADED = ["rating", "majority-judgment"];

/** The number of the first line that is no vote, 0 if the file is no bundle at all, null if sound. */
export function firstWrong(bundle) {
  if (bundle?.format !== FORMAT || !Array.isArray(bundle.lines)) return 0;
  if (!bundle.rule || !bundle.question || !bundle.facts || !bundle.tally) return 0;
  let before = "";
  for (const [number, line] of bundle.lines.entries()) {
    const vote = fieldsOf(line);
    if (!vote || vote[0] <= before || !isChoice(bundle, vote[1])) return number + 1;
    [before] = vote;
  }
  return null;
}

/** Receipt, choice, voter and, where areas count, the area; null for what is no line. */
function fieldsOf(line) {
  try {
    const fields = JSON.parse(line);
    const kinds = fields.map((field) => (Number.isSafeInteger(field) ? "area" : typeof field));
    return ["string,string,string", "string,string,string,area"].includes(kinds.join())
      ? fields
      : null;
  } catch {
    return null;
  }
}

/** A vote has one spelling only, so that equal votes are equal texts. */
function isChoice({ rule, question }, text) {
  const { method, options } = question;
  if (method === "for-against-abstain") {
    return MOTION.includes(text) || (text === "follow" && rule.follow !== "none");
  }
  if (text === "abstain") return true;
  if (GRADED.includes(method)) return isGrades(text, options.length);
  if (RANKED.includes(method)) return isNamed(text.split(">"), options.length, mostNamed(question));
  return text === "none" || isAscending(text.split(","), options.length, mostNamed(question));
}

function mostNamed({ method, options, most, seats }) {
  if (method === "plurality") return 1;
  return most || (method === "top" ? seats : options.length);
}

function isGrades(text, options) {
  const grades = text.split(",");
  return grades.length === options && /[1-5]/.test(text) && grades.every((g) => /^[1-5]?$/.test(g));
}

function isNamed(parts, options, most) {
  const isOption = (part) => /^[1-9][0-9]?$/.test(part) && Number(part) <= options;
  return parts.length <= most && new Set(parts).size === parts.length && parts.every(isOption);
}

const isAscending = (parts, options, most) =>
  isNamed(parts, options, most) && parts.every((part, n) => !n || Number(part) > Number(parts[n - 1]));
