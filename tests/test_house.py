"""The house: one-way imports, cheap start, documented commands, and nothing that must not be in the repository."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
HEAVY = (
    *("numpy", "pyarrow", "httpx", "rapidfuzz", "yaml", "python_calamine", "anyascii", "rich"),
    *("sqlalchemy", "alembic"),
    *("fastapi", "pydantic", "uvicorn", "pydantic_settings", "structlog", "prometheus_client", "argon2", "authlib"),
    *("cryptography", "jinja2", "python_multipart", "typst", "tuf", "securesystemslib", "joserfc", "starlette"),
)
LONG_FILES: dict[str, str] = {}
"""Files past 500 lines that are one idea all the same, each with the reason."""


def tracked() -> list[Path]:
    """Files under version control; all files where there is no git."""
    result = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = result.stdout.split("\n") if result.returncode == 0 else []
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_imports_run_one_way() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("code", ["import enduse", "from enduse.interfaces.cli.main import main; main(['--help'])"])
def test_starting_loads_no_heavy_module(code: str) -> None:
    found = f"[name for name in {HEAVY!r} if name in sys.modules]"
    program = f"import sys, json\n{code}\nprint(json.dumps({found}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1]) == []


def test_screening_loads_no_database_where_there_is_no_store() -> None:
    code = "from enduse.interfaces.cli.main import main; main(['screen', 'NSO Group', '--starter'])"
    program = f"import sys\n{code}\nprint(sorted({{'sqlalchemy', 'alembic'}} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_checking_loads_nothing_of_the_service() -> None:
    asked = ["check", "--item", "EAR99", "--from", "US", "--to", "DE", "--end-user", "Example GmbH", "--starter"]
    code = f"from enduse.interfaces.cli.main import main; main({asked!r})"
    # Pydantic is left out: typer itself looks for it.
    heavy = {"fastapi", "uvicorn", "structlog", "prometheus_client", "argon2", "authlib", "joserfc"}
    heavy |= {"cryptography", "jinja2", "python_multipart", "sqlalchemy", "alembic"}
    program = f"import sys\n{code}\nprint(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_only_the_store_holds_sql() -> None:
    """DuckDB over files is another matter; nothing but the store keeps a state in a database."""
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SOURCES
        if "store" not in path.relative_to(ROOT / "src" / "enduse").parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([item.name for item in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        if name.split(".")[0] in ("sqlalchemy", "alembic", "sqlite3", "psycopg")
    ]
    assert found == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_source_file_is_past_five_hundred_lines() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > 500 and name not in LONG_FILES} == {}


def test_the_repository_names_no_machine_path_and_no_registry_host() -> None:
    hosts = ["pypi" + ".org", "files.pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"]
    paths = re.compile(r"(?<![\w.])/(?:work|root|farm)/[\w.]")
    found = []
    for path in tracked():
        if path.suffix in (".gz", ".xlsx", ".parquet", ".png") or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in paths.finditer(text)]
    assert found == []


def test_the_command_line_reference_is_what_the_program_says() -> None:
    spec = importlib.util.spec_from_file_location("write_cli_reference", ROOT / "tools" / "write_cli_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == module.reference(), (
        "run tools/write_cli_reference.py"
    )


def test_the_pages_of_the_rules_are_what_the_rulebooks_say() -> None:
    spec = importlib.util.spec_from_file_location("write_rule_reference", ROOT / "tools" / "write_rule_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert list(module.stale(module.pages())) == [], "run tools/write_rule_reference.py"


def test_every_command_and_option_has_a_help_text() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if re.fullmatch(r"- `[^`]*` — *", line)] == []


def test_every_setting_is_documented() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    settings = set(re.findall(r'["\'](ENDUSE_[A-Z_]+)["\']', code))
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert settings and {name for name in settings if name not in documented} == set()


def test_the_readme_names_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)$", readme, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets
    reference = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for command in re.findall(r"^(?:\.venv/bin/)?(enduse [a-z]+(?: [a-z-]+)?)", readme, re.MULTILINE):
        words = command.split()
        assert any(f"`{' '.join(words[:count])}" in reference for count in (3, 2)), command


def test_the_two_commands_of_the_readme_are_what_ci_runs() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_dependency_is_justified() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    record = (ROOT / "docs" / "adr" / "0002-dependencies.md").read_text(encoding="utf-8").casefold()
    extras = [item for extra in project["optional-dependencies"].values() for item in extra]
    names = [re.split(r"[<>=\[]", item)[0] for item in [*project["dependencies"], *extras]]
    assert [name for name in names if f"`{name.casefold()}`" not in record] == []


def test_the_public_function_screen_stays_a_function_whatever_is_imported() -> None:
    code = (
        "import enduse, enduse.screen.score; import enduse.screen.sounds as sounds; "
        "from enduse.screen import compare_names; assert sounds.sound; "
        "print(len(enduse.screen('NSO Group')) > 0, len(enduse.screen('NSO Group')) > 0, "
        "enduse.compare_names('alpha beta', 'beta alpha').score)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True True 1.0\n", "")
