// A part of the page that changes while work goes on is fetched again until it says that it has ended.
const PAUSE = 1000;

export function live(place) {
  const again = async () => {
    try {
      const answer = await fetch(place.dataset.live, { headers: { Accept: "text/html" }, credentials: "same-origin" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const part = page.querySelector("[data-part]");
        if (part) {
          place.replaceChildren(document.importNode(part, true));
          document.title = page.title;
          if (!part.hasAttribute("data-again")) return;
        }
      }
    } catch {
      // The next one may get through.
    }
    setTimeout(again, PAUSE);
  };
  setTimeout(again, PAUSE);
}
