"""What the project promises about itself: its imports, its pages, its files."""

import ast
import fnmatch
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from core import VERSION

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]
MEASURING = [Requirement(text) for text in PROJECT["dependency-groups"]["bench"]]

# Each package: which of ours it may import, and whose packages it may know.
MAY_IMPORT = {
    "core": ({"core"}, {"msgspec", "precis_i18n"}),
    "bridge": ({"core", "bridge"}, {"aiohttp", "msgspec"}),
    "web": ({"core", "bridge", "web"}, {"aiohttp", "msgspec"}),
    "terminal": ({"core", "terminal"}, {"msgspec", "prompt_toolkit", "wcwidth"}),
    "hubbub": (
        {"core", "bridge", "web", "terminal", "hubbub"},
        {"aiohttp", "cyclopts", "rich", "segno", "uvloop"},
    ),
}
PACKAGES = tuple(MAY_IMPORT)
PAGES = ("README.md", "docs/using.md", "docs/operating.md")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def sources(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, f"{package}/ holds no source"
    return found


def imports(file: Path) -> Iterator[tuple[str, str]]:
    """Give each import of a file as (module, name), wherever in the file it stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written out, from the package on"
            yield from ((node.module or "", alias.name) for alias in node.names)


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    # A file that was removed but not committed yet is still listed.
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


# --- imports -----------------------------------------------------------------


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    ours, theirs = MAY_IMPORT[package]
    for file in sources(package):
        for module, _ in imports(file):
            root = module.partition(".")[0]
            allowed = root in ours if root in PACKAGES else root in theirs | sys.stdlib_module_names
            # A client may come through a web door; the hub knows of none.
            allowed |= root == "websockets" and file.is_relative_to(ROOT / "core" / "client")
            assert allowed, f"{file.relative_to(ROOT)} imports {module}"


def test_aiohttp_is_known_by_the_names_of_its_web_module_alone() -> None:
    for package in PACKAGES:
        for file in sources(package):
            for module, name in imports(file):
                calls = file.is_relative_to(ROOT / "hubbub" / "doctor")
                # The doctor alone calls over HTTP: it knows aiohttp's client.
                if module.partition(".")[0] == "aiohttp" and not calls:
                    assert (module, bool(name)) == ("aiohttp.web", True), file


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_does_not_know(package: str) -> None:
    text = ast.get_docstring(ast.parse(read(f"{package}/__init__.py")))
    assert text is not None
    assert re.search(r"\b(knows no|(do|does) not know|knows? nothing)\b", " ".join(text.split()))


def test_the_packages_of_core_name_their_tests() -> None:
    known = [file.name for file in (ROOT / "tests").rglob("test_*.py")]
    for file in (ROOT / "core").glob("*/__init__.py"):
        text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        named = re.findall(r"\btest_[\w*]+\.py", text.partition("Tests: ")[2])
        assert named, f"{file.relative_to(ROOT)} names no tests"
        for name in named:
            assert fnmatch.filter(known, name), f"{file.relative_to(ROOT)}: {name}"


def test_tests_are_no_packages() -> None:
    # One `tests/core/__init__.py` would hide the real `core` from pytest.
    assert not list((ROOT / "tests").rglob("__init__.py"))


# --- dependencies ------------------------------------------------------------


def pins(path: str) -> dict[str, str]:
    """Return what a lock pins: name with marker, and version."""
    found = {}
    for entry in re.split(r"\n(?=\w)", read(path)):
        if re.match(r"\w", entry):
            requirement = Requirement(entry.partition("\\")[0].strip())
            assert entry.count("--hash=sha256:") >= 1, requirement
            (version,) = requirement.specifier
            assert version.operator == "==", requirement
            found[f"{canonicalize_name(requirement.name)};{requirement.marker}"] = version.version
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", RUNTIME),
        ("requirements-dev.txt", RUNTIME + DEVELOPMENT),
        ("requirements-bench.txt", RUNTIME + MEASURING),
    ],
)
def test_locks_agree_with_the_project(lock: str, wanted: list[Requirement]) -> None:
    pinned = pins(lock)
    for requirement in wanted:
        versions = [
            version
            for key, version in pinned.items()
            if key.partition(";")[0] == canonicalize_name(requirement.name)
        ]
        assert versions, f"{requirement} is not locked: make lock"
        assert all(version in requirement.specifier for version in versions), "make lock"


@pytest.mark.parametrize("lock", ["requirements-dev.txt", "requirements-bench.txt"])
def test_the_versions_that_users_get_are_tested_and_measured(lock: str) -> None:
    runtime, ours = (
        {(key.partition(";")[0], version) for key, version in pins(name).items()}
        for name in ("requirements.txt", lock)
    )
    assert runtime <= ours


def test_every_dependency_has_a_reason() -> None:
    page = read("docs/dependencies.md")
    named = set(re.findall(r"^\| `([^`]+)`", page, re.MULTILINE))
    (listed,) = re.findall(r'\bprograms="([^"]+)"', read("tools/testtools.sh"))
    programs = {pair.partition(":")[0] for pair in listed.split()}
    wanted = {requirement.name for requirement in RUNTIME + DEVELOPMENT + MEASURING} | programs
    assert named == wanted


def test_every_runtime_dependency_is_used() -> None:
    known = packages_distributions()
    used = {
        canonicalize_name(owner)
        for package in PACKAGES
        for file in sources(package)
        for module, _ in imports(file)
        for owner in known.get(module.partition(".")[0], [])
    }
    declared = {canonicalize_name(requirement.name) for requirement in RUNTIME}
    assert declared <= used


def test_pages_and_tools_name_the_pythons_that_the_project_lists() -> None:
    label = "Programming Language :: Python :: "
    listed = PROJECT["project"]["classifiers"]
    supported = [name.removeprefix(label) for name in listed if name.startswith(label)]
    assert supported == sorted(supported, key=Version)
    oldest = supported[0]
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert f"--python-version {oldest}" in read("tools/lock.sh")
    assert " ".join(f"python{version}" for version in supported[::-1]) in read("tools/setup.sh")
    for page in ("README.md", "CONTRIBUTING.md"):
        assert f"Python {oldest} or newer" in read(page)
    assert f"from {oldest} to {supported[-1]}" in read("CONTRIBUTING.md")


def test_the_build_takes_nothing_that_is_not_locked() -> None:
    builders = {Requirement(text).name for text in PROJECT["build-system"]["requires"]}
    assert builders <= {requirement.name for requirement in DEVELOPMENT}


# --- pages -------------------------------------------------------------------


def flags() -> dict[str, set[str]]:
    """Return each command with its flags as they are typed."""
    from hubbub.cli import app

    return {
        name: {
            flag
            for argument in app[name].assemble_argument_collection()
            for flag in argument.names
            if flag.startswith("--")
        }
        for name in app
        if not name.startswith("-")
    }


def documented() -> str:
    return "\n".join(read(page) for page in PAGES)


def test_every_command_and_flag_is_documented() -> None:
    pages = documented()
    assert flags()
    for command, names in flags().items():
        assert f"hubbub {command}" in pages, f"hubbub {command} is on none of {PAGES}"
        for flag in names:
            assert re.search(rf"(?<![\w-]){flag}(?![\w-])", pages), f"{command} {flag}"


def test_no_page_speaks_of_a_flag_that_does_not_exist() -> None:
    known = flags()
    for command, rest in re.findall(r"\bhubbub ([a-z]+)\b([^\n`#|&]*)", documented()):
        for flag in re.findall(r"(?<=\s)--[a-z][\w-]*", rest) if command in known else []:
            assert flag in known[command] | {"--help", "--version"}, f"hubbub {command} {flag}"


def test_the_changelog_tells_of_this_version() -> None:
    assert re.search(rf"^## {re.escape(VERSION)}\b", read("CHANGELOG.md"), re.MULTILINE)


def test_pages_point_to_what_exists() -> None:
    for page in [file for file in tracked() if file.suffix == ".md"]:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def tour() -> dict[str, str]:
    """Return the texts that lead through the source, without their blocks of code."""
    readme = read("README.md").partition("\n## A tour of the source\n")[2]
    texts = {"README.md": readme.partition("\n## ")[0]}
    for page in ["architecture.md", "glossary.md"]:
        texts[f"docs/{page}"] = read(f"docs/{page}")
    for file in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        texts[f"docs/decisions/{file.name}"] = file.read_text(encoding="utf-8")
    assert all(texts.values())
    return {
        page: re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
        for page, text in texts.items()
    }


SOURCE = r"(?:core|bridge|web|terminal|hubbub|static|tests|tools|bench|docs)/[\w./*-]*"


def test_every_source_that_a_tour_names_exists() -> None:
    for page, text in tour().items():
        for path in re.findall(rf"`({SOURCE})`", text):
            assert list(ROOT.glob(path)), f"{page} names {path}"


def test_what_a_tour_looks_up_is_in_the_file_it_names() -> None:
    rows = re.findall(
        rf"^\|[^|\n]+\| (`{SOURCE}`(?:, `{SOURCE}`)*) \| (`\w+`(?:, `\w+`)*) \|$",
        tour()["docs/architecture.md"], re.MULTILINE,
    )  # fmt: skip
    assert len(rows) > 20
    for paths, names in rows:
        files = {path: read(path) for path in paths.replace("`", "").split(", ")}
        for name in names.replace("`", "").split(", "):
            word = re.compile(rf"\b{name}\b")
            assert any(word.search(text) for text in files.values()), f"{paths} have no {name}"


# --- files -------------------------------------------------------------------


def test_the_page_names_no_other_origin() -> None:
    files = [file for file in (ROOT / "static").rglob("*") if file.is_file()]
    assert files
    # The names of XML vocabularies look like addresses; nobody fetches them.
    absolute = re.compile(r"\b(?:https?|wss?|ftp):/{2}(?!www\.w3\.org/)[^\s\"'`$]", re.IGNORECASE)
    # `//host/x` takes the page's scheme and another's host.
    relative = re.compile(
        r"""(?:\b(?:src|srcset|href|action|poster|data)\s*=\s*|\burl\(\s*|\bfrom\s*|"""
        r"""\bimport\s*\(?\s*|@import\s*|\b(?:fetch|Worker|WebSocket|EventSource)\(\s*)["'`]?//""",
        re.IGNORECASE,
    )
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        for pattern in (absolute, relative):
            found = pattern.search(text)
            assert found is None, f"{file.relative_to(ROOT)}: {found and found.group()}"


def test_nothing_of_one_machine_or_of_a_registry_is_committed() -> None:
    names = {file.name for file in tracked()}
    assert not names & {"package.json", "package-lock.json", "uv.lock", "poetry.lock"}
    forbidden = re.compile(
        rb"(?<![\w.-])/(?:root|work)/|\b(?:pypi|pythonhosted|npmjs)"
        rb"\.org\b|\bdeb\.debian"
        rb"\.org"
    )
    for file in tracked():
        found = forbidden.search(file.read_bytes())
        assert found is None or file == Path(__file__), f"{file}: {found and found.group()!r}"


def test_scripts_can_be_read_by_their_shell() -> None:
    for script, shell in [(ROOT / ".ci" / "run", "bash")] + [
        (file, "sh") for file in (ROOT / "tools").glob("*.sh")
    ]:
        subprocess.run([shell, "-n", script], check=True)


def test_what_is_promised_names_tests_that_exist() -> None:
    page = read("docs/guarantees.md")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 30
    for path, test in named:
        assert not test or re.search(rf"^(async )?def {test}\(", read(path), re.MULTILINE), test
        assert (ROOT / path).is_file(), path
    faults = re.findall(r'Fault\("(F\d+)"', read("tests/faults/faults.py"))
    assert set(re.findall(r"\bF\d+\b", page)) <= set(faults)
