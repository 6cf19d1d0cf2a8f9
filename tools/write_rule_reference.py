"""Write docs/rules/ from the rulebooks themselves: ``python tools/write_rule_reference.py``.

One page for each rulebook with a section for each rule. A test compares the pages with what this writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from enduse.model.assessment import Effect
from enduse.model.citation import Citation
from enduse.rules.registered import REGISTRY, REPETITIONS
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from enduse.rules.words import EXCEPTIONS, condition_lines, each_words, effect_words, overcome_words, period_words

FOLDER = Path(__file__).parents[1] / "docs" / "rules"
WRITTEN = "*Written by `tools/write_rule_reference.py` from the rulebooks; a test fails when they differ.*"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    books = shipped_rulebooks()
    found = {f"{book.id.replace('/', '-')}.md": _page(book) for book in books}
    return {"README.md": _index(books), "language.md": _language(), "not-modelled.md": _left_out(books), **found}


def _left_out(books: tuple[Rulebook, ...]) -> str:
    lines = [
        "# What is not modelled, act by act",
        "",
        WRITTEN,
        "",
        "Every answer that an act reaches names the same provisions, and `enduse rules status` prints them.",
        "A rule marked *open* is one whose condition itself is not modelled: it stays open wherever it may hold.",
    ]
    for book in books:
        link = f"[`{book.id}`]({book.id.replace('/', '-')}.md)"
        lines += ["", f"## {book.title}", "", f"{link}, {book.authority_name}, verified to {book.verified_to}.", ""]
        lines += [f"- **{item.provision}**: {item.what}" for item in book.not_modelled] or ["- nothing is left out"]
        lines += [f"- *open*: {rule.title} (`{rule.id}`)" for rule in book.rules if _open(rule.when)]
    return "\n".join(lines) + "\n"


def _open(when: object) -> bool:
    """Whether a condition that is not modelled stands anywhere in the tree."""
    if isinstance(when, dict):
        return any(name in ("left_out", "not_modelled") or _open(part) for name, part in when.items())
    return isinstance(when, list) and any(_open(part) for part in when)


def _language() -> str:
    lines = [
        "# The conditions that a rule can ask",
        "",
        WRITTEN,
        "",
        "A condition is `always`, `{all: [...]}`, `{any: [...]}`, `{not: ...}`, `{defined: NAME}`, or one of these",
        "with its argument. `for_each` repeats a rule over: "
        + ", ".join(f"`{name}`" for name in sorted(REPETITIONS))
        + ".",
        "Effects: " + ", ".join(f"`{effect.value}`" for effect in Effect) + ".",
        "",
        "| Condition | Argument | Holds when |",
        "|---|---|---|",
    ]
    for name, predicate in sorted(REGISTRY.items()):
        takes = predicate.check(object()).removeprefix("takes ") or "anything"
        lines.append(f"| `{name}` | {_cell(takes)} | {_cell(predicate.description.rstrip('.'))} |")
    return "\n".join(lines) + "\n"


def _index(books: tuple[Rulebook, ...]) -> str:
    lines = [
        "# The rules, rulebook by rulebook",
        "",
        WRITTEN,
        "",
        "[The conditions that a rule can ask](language.md). [What is not modelled, act by act](not-modelled.md).",
        "",
        "| Rulebook | Act | Standing | Rules | Exceptions | Verified to |",
        "|---|---|---|---|---|---|",
    ]
    for book in books:
        link = f"[`{book.id}`]({book.id.replace('/', '-')}.md)"
        counts = f"{len(book.rules)} | {len(book.exceptions)}"
        lines.append(f"| {link} | {_cell(book.title)} | {book.standing} | {counts} | {book.verified_to} |")
    return "\n".join(lines) + "\n"


def _page(book: Rulebook) -> str:
    lines = [
        f"# {book.title}",
        "",
        WRITTEN,
        "",
        f"`{book.id}`, {book.authority_name}; {book.standing}; {_cited(book.citation)}.",
        "",
        f"Verified to {book.verified_to}.",
        "",
        f"**Reaches**: {book.nexus_statement}.",
        "",
        *condition_lines(book.nexus, book, whole=False),
    ]
    if book.lists:
        lines += ["", f"**Needs the lists** {', '.join(book.lists)}."]
    if book.not_modelled:
        lines += ["", "**Not modelled**", "", *(f"- {item.provision}: {item.what}" for item in book.not_modelled)]
    if book.definitions:
        lines += ["", "## Conditions by name"]
    for name, condition in book.definitions.items():
        lines += ["", f"**“{name}”**", "", *condition_lines(condition, book, whole=False)]
    for rule in book.rules:
        code = f" — `{rule.code}`" if rule.code else ""
        lines += ["", f"## {rule.title}", "", f"`{rule.id}`{code}; {effect_words(rule)}"]
        lines[-1] += "" if rule.standing == book.standing else f"; {rule.standing}"
        lines += ["", *(f"- in force {period}" for period in period_words(rule))]
        if each := each_words(rule):
            lines.append(f"- for {each}")
        lines += ["", "When:", "", *condition_lines(rule.when, book, whole=False)]
        said = [
            *(("In our words", text) for text in [rule.reason] if text),
            *(("Awaits", text) for text in [rule.awaits] if text),
            *(("Review policy", text) for text in [rule.review_policy] if text),
            *(("To observe", text) for text in rule.conditions),
            *(("Would overcome it", text) for text in overcome_words(rule, book) if not text.startswith(EXCEPTIONS)),
            *(("Note", text) for text in rule.notes),
        ]
        if said:
            lines += ["", *(f"- {label}: {text}" for label, text in said)]
        lines += ["", f"Source: {_cited(rule.citation)}."]
    for exception in book.exceptions:
        lines += ["", f"## Exception {exception.symbol}: {exception.title}", ""]
        lines += [*(f"- in force {period}" for period in period_words(exception)), "", "Considered when:", ""]
        lines += condition_lines(exception.considered_when, book, whole=False)
        for because, when in exception.foreclosed:
            lines += ["", f"Ruled out ({because}) when:", "", *condition_lines(when, book, whole=False)]
        if exception.conditions:
            lines += ["", *(f"- To observe: {text}" for text in exception.conditions)]
        lines += ["", f"Source: {_cited(exception.citation)}."]
    return "\n".join(lines) + "\n"


def _cited(citation: Citation) -> str:
    text = f"[{citation.text}]({citation.url})" if citation.url else citation.text
    note = f": {citation.note}" if citation.note else ""
    return text + ("" if citation.verified else f" *[not verified{note}]*")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def stale(written: dict[str, str]) -> Iterator[str]:
    """The pages that are not what the rulebooks say."""
    there = {path.name for path in FOLDER.glob("*.md")} if FOLDER.is_dir() else set()
    yield from sorted(there - set(written))
    for name, text in written.items():
        if name not in there or (FOLDER / name).read_text(encoding="utf-8") != text:
            yield name


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
