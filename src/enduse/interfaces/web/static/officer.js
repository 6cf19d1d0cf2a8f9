// The officer's desk by keyboard: j and k walk, o opens, a, t and q go places, / searches, ? tells the keys.
export function officer(region) {
  const stops = () => [...region.querySelectorAll("[data-stop]")].filter((one) => one.offsetParent !== null);
  const help = region.querySelector("[data-keys-help]");

  // In the order in which they stand on the page, which on a wide one is not that of the document.
  const inOrder = () => stops().sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);

  const walk = (step) => {
    const all = inOrder();
    if (!all.length) return;
    const now = document.activeElement?.closest("[data-stop]");
    const place = now ? all.indexOf(now) + step : step > 0 ? 0 : all.length - 1;
    visit(all[Math.max(0, Math.min(all.length - 1, place))]);
  };
  const visit = (place) => {
    place?.focus();
    place?.scrollIntoView({ block: "nearest" });
  };
  const follow = (link) => link && link.click();

  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    o: () => follow(document.activeElement?.closest("[data-stop]")?.querySelector("a[href]")),
    a: () => visit(region.querySelector("#now")),
    t: () => visit(region.querySelector("#timeline")),
    q: () => follow(document.querySelector("[data-back]") ?? document.querySelector("[data-queue]")),
    "/": () => region.querySelector("[data-search]")?.focus(),
    "?": () => {
      if (!help) return;
      help.open = !help.open;
      help.querySelector("summary").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select")) return;
    if (!(event.key in keys)) return;
    keys[event.key]();
    event.preventDefault();
  });
}
