// Makes pages better where scripts run; everything works without them.
import { suggest } from "./suggest.js";
import { later } from "./later.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { officer } from "./officer.js";

document.querySelectorAll("[data-suggest]").forEach(suggest);
document.querySelectorAll("[data-later]").forEach(later);
document.querySelectorAll("[data-keys]").forEach(keys);
document.querySelectorAll("[data-live]").forEach(live);
document.querySelectorAll("[data-officer]").forEach(officer);

// The summary of errors is read first.
document.querySelector(".error-summary")?.focus();

// Everything is unfolded on paper, and folded again afterwards.
const opened = [];
addEventListener("beforeprint", () => {
  document.querySelectorAll("details:not([open])").forEach((one) => {
    one.open = true;
    opened.push(one);
  });
});
addEventListener("afterprint", () => {
  while (opened.length) opened.pop().open = false;
});
