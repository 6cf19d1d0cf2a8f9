// Hits by keyboard: j and k walk, y, n and s fill in the decision, ? tells the keys. Nothing is sent before Save.
export function keys(region) {
  const cards = () => [...region.querySelectorAll("[data-hit]")];
  const help = region.querySelector("[data-keys-help]");
  const verdicts = { y: "same", n: "different", s: "" };

  const current = () => document.activeElement?.closest("[data-hit]");

  const go = (step) => {
    const all = cards();
    if (!all.length) return;
    const now = current();
    const place = now ? all.indexOf(now) + step : step > 0 ? 0 : all.length - 1;
    const next = all[Math.max(0, Math.min(all.length - 1, place))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "?" && help) {
      help.open = !help.open;
      help.querySelector("summary").focus();
    } else if (event.key in verdicts && current()) {
      const hit = current();
      if (event.key === "s") return go(1), event.preventDefault();
      const radio = hit.querySelector(`input[type=radio][value="${verdicts[event.key]}"]`);
      if (!radio) return;
      radio.closest("details")?.setAttribute("open", "");
      radio.checked = true;
      hit.querySelector("[name=reason]")?.focus();
    } else return;
    event.preventDefault();
  });
}
