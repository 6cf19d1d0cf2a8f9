// A combobox over the field (ARIA authoring practices, combobox with list autocomplete).
let count = 0;

export function suggest(field) {
  const input = field.querySelector("input");
  const list = document.createElement("ul");
  const said = document.createElement("p");
  const id = `suggestions-${++count}`;
  let options = [];
  let chosen = -1;
  let waiting = 0;
  let asked = 0;

  list.id = id;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Codes found");
  list.hidden = true;
  said.className = "hidden";
  said.setAttribute("role", "status");
  field.append(list, said);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id })) {
    input.setAttribute(name, value);
  }

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const mark = (place) => {
    chosen = (place + options.length) % options.length;
    [...list.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === chosen)));
    input.setAttribute("aria-activedescendant", list.children[chosen].id);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  };

  const take = (place) => {
    input.value = options[place].code;
    close();
    said.textContent = `${options[place].code} is filled in`;
  };

  const show = (found) => {
    options = found;
    list.replaceChildren(
      ...found.map((one, number) => {
        const entry = document.createElement("li");
        const code = document.createElement("strong");
        entry.id = `${id}-${number}`;
        entry.setAttribute("role", "option");
        entry.setAttribute("aria-selected", "false");
        code.textContent = one.code;
        entry.append(code, ` ${one.description}`);
        entry.addEventListener("mousedown", (event) => {
          event.preventDefault();
          take(number);
        });
        return entry;
      }),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    said.textContent = found.length ? `${found.length} codes found` : "no code found in these words";
  };

  const ask = async () => {
    const text = input.value.trim();
    const number = ++asked;
    if (text.length < 2) return close();
    try {
      const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(text)}`, { credentials: "same-origin" });
      if (answer.ok && number === asked && document.activeElement === input) show((await answer.json()).items);
    } catch {
      close();
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 180);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(chosen + 1);
    else if (event.key === "ArrowUp") mark(chosen < 0 ? options.length - 1 : chosen - 1);
    else if (event.key === "Enter" && chosen >= 0) take(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
