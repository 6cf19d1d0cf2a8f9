// What takes a moment is fetched after the page; the link in its place stays where that fails.
export async function later(place) {
  const button = place.querySelector("a");
  place.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(place.dataset.later, { headers: { Accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-part]");
    if (part) place.replaceChildren(document.importNode(part, true));
  } catch {
    if (button) button.textContent += " (open it as a page of its own)";
  } finally {
    place.removeAttribute("aria-busy");
  }
}
