// Counts beside the page, which stays usable meanwhile.

import { examine } from "./examining.js";

addEventListener("message", async ({ data }) => {
  const result = await examine(data, async (runs) => postMessage({ state: "counting", runs }));
  postMessage(result);
});
