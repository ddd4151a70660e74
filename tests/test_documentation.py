"""The documentation is true: its code runs, its commands are accepted, its links lead somewhere."""

import contextlib
import importlib.util
import io
import re
import shlex
import tokenize
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from absl import flags

ROOT = Path(__file__).parents[1]
NAMED = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "experiments/README.md", "benchmarks/README.md")
PAGES = sorted([*(ROOT / name for name in NAMED), *(ROOT / "docs").rglob("*.md")])
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

# The commands of a block without a language are checked too.
COMMANDS, PYTHON, TEXT = {"sh", ""}, {"python"}, {"text"}
PYTHONS = {"python", "python3", ".venv/bin/python"}


class Block(NamedTuple):
    """A fenced block of a page: its language, its text, and the line it starts at."""

    language: str
    text: str
    line: int


def blocks(page):
    fenced = re.finditer(r"^```(\w*)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], page[: match.start(2)].count("\n")) for match in fenced]


@each_page
def test_what_stands_in_a_block_can_be_done(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    do_blocks(page.read_text(), str(page.relative_to(ROOT)))


def do_blocks(page, name):
    """Runs a page's Python in one namespace, and checks its commands, in the order they are read."""
    namespace = {"__name__": "page"}
    for block in blocks(page):
        assert block.language in PYTHON | COMMANDS | TEXT, f"{name}: {block.language} is not checked"
        if block.language in PYTHON:
            run_python(block, name, namespace)
        elif block.language in COMMANDS:
            for words in commands(block.text):
                check_command(words)


def run_python(block, name, namespace):
    program = compile("\n" * block.line + block.text, name, "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(program, namespace)
    assert printed.getvalue().splitlines() == shown(block.text)


def shown(text):
    """What a block says it prints: the comments behind its calls of print."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    printing = {token.start[0] for token in tokens if token.string == "print"}
    comments = [token for token in tokens if token.type == tokenize.COMMENT and token.start[0] in printing]
    return [comment.string.removeprefix("# ") for comment in comments]


def commands(text):
    """The single commands of a block, each as its words."""
    for line in text.replace("\\\n", " ").splitlines():
        for command in line.split("&&"):
            words = shlex.split(command, comments=True)
            if words:
                yield words


def check_command(words):
    program, arguments = words[0], words[1:]
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert {word for word in arguments if "=" not in word} <= {*targets}
    elif program in PYTHONS and arguments[0] == "-m":
        check_module(arguments[1], arguments[2:])
    elif program == ".venv/bin/pip":
        check_module("pip", arguments)
    elif program == ".venv/bin/ruff":
        assert "ruff" in " ".join(extras()["test"])
    else:
        assert program == "cd", f"nothing is known about the command {program}"


def check_module(module, arguments):
    if module == "pytest":
        paths = [word for word in arguments if "/" in word]
        assert all((ROOT / path.partition("::")[0]).exists() for path in paths), paths
    elif module == "pip":
        assert {*re.findall(r"\.\[(\w+)\]", " ".join(arguments))} <= {*extras()}
    elif module != "venv":
        prepare = accepted(module, arguments)
        # A report needs results; the others must find every name, number and file as they must be.
        if module != "experiments.report":
            prepare()


def accepted(module, arguments):
    """Parses the arguments with the command's own flags; returns what looks at their values."""
    command = command_of(module)
    values = command.flags
    values.unparse_flags()
    for name in values:
        values[name].unparse()
    assert values([module, *arguments])[1:] == []
    assert values.workdir or not command.needs_workdir, "every command that writes names a work directory"
    return lambda: command.prepare(values)


def command_of(module):
    found = importlib.import_module(module)
    if not hasattr(found, "__path__"):
        return found.COMMAND
    main = importlib.import_module(f"{module}.__main__")
    # The doctor's first file imports its command only when it runs: it may be what cannot be imported.
    return getattr(main, "COMMAND", None) or importlib.import_module(f"{module}.command").COMMAND


def extras():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@each_page
def test_a_command_in_a_sentence_has_the_flags_named(page):
    for code in re.findall(r"`(?:\.venv/bin/)?python -m (experiments[^`]*)`", page.read_text()):
        assert {*re.findall(r"--(\w+)", code)} <= {*command_of(code.split()[0]).flags}


@each_page
def test_every_link_leads_somewhere(page):
    assert broken_links(page.read_text(), page) == []


def broken_links(text, page):
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [link for link in found if "://" not in link and not leads_somewhere(link, page)]


def leads_somewhere(link, page):
    path, _, heading = link.partition("#")
    target = page.parent / path if path else page
    # A folder counts for what is in it: an empty one is in no clone.
    exists = target.is_file() or (target.is_dir() and any(target.iterdir()))
    return exists and (not heading or heading in headings(target.read_text()))


def headings(page):
    """The addresses of a page's headings, and those it names itself."""
    titles = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    named = re.findall(r'<a id="([^"]+)"></a>', page)
    return {*named, *(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)}


@each_page
def test_every_name_of_the_package_exists(page):
    for dotted in re.findall(r"`(bnact(?:\.\w+)+)", page.read_text()):
        resolve(dotted)
    for module in re.findall(r"`(?:\.venv/bin/)?python -m (benchmarks\.\w+)", page.read_text()):
        assert importlib.util.find_spec(module), module


def resolve(dotted):
    """What a dotted name stands for: the deepest module of that name, then its attributes."""
    found, rest = importlib.import_module("bnact"), dotted.split(".")[1:]
    while rest:
        name = rest.pop(0)
        with contextlib.suppress(ImportError):
            importlib.import_module(f"{found.__name__}.{name}") if hasattr(found, "__path__") else None
        found = getattr(found, name)
    return found


@each_page
def test_every_file_named_exists(page):
    for path in re.findall(r"`((?:bnact|experiments|benchmarks|tests|docs)/[\w./-]*)`", page.read_text()):
        assert (ROOT / path).exists(), path


def tree(page):
    """The paths of the page's tree, by indentation."""
    (block,) = [block for block in blocks(page) if block.text.startswith("bnact/")]
    paths, folders = [], []
    for line in block.text.splitlines():
        level, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        folders = [*folders[:level], name]
        paths.append("".join(folders).rstrip("/"))
    return paths


def test_the_tree_is_what_is_there():
    listed = tree((ROOT / "README.md").read_text())
    assert [path for path in listed if not (ROOT / path).exists()] == []
    packages = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("bnact/*/__init__.py")}
    assert packages <= {*listed}


PRINTS = "```python\nprint(1 + 1)  # 2\n```\n"
WRONG_BLOCKS = {
    "code that raises": ("```python\n1 / 0\n```\n", ZeroDivisionError),
    "another value than shown": (PRINTS.replace("# 2", "# 3"), AssertionError),
    "a flag that does not exist": (
        "```sh\npython -m experiments.sweep --workdir=w --dept=2\n```\n",
        flags.Error,
    ),
    "no work directory": ("```sh\npython -m experiments.sweep\n```\n", AssertionError),
    "a value that does not exist": (
        "```sh\npython -m experiments.sweep --workdir=w --norm=bach\n```\n",
        ValueError,
    ),
    "a module that does not exist": ("```sh\npython -m experiments.swep --workdir=w\n```\n", ImportError),
    "a target that does not exist": ("```sh\nmake studdy\n```\n", AssertionError),
    "an extra that does not exist": ("```sh\npython -m pip install -e '.[studdy]'\n```\n", AssertionError),
    "tests that do not exist": ("```sh\npython -m pytest tests/nowhere\n```\n", AssertionError),
    "a language that nobody checks": ("```perl\n1\n```\n", AssertionError),
}


def test_a_sound_page_is_accepted():
    do_blocks(PRINTS + "```sh\nmake test\npython -m experiments.sweep --workdir=w --depth=2\n```\n", "sound")


@pytest.mark.parametrize("fault", WRONG_BLOCKS)
def test_a_wrong_block_is_caught(fault):
    page, error = WRONG_BLOCKS[fault]
    with pytest.raises(error):
        do_blocks(page, fault)


@pytest.mark.parametrize("link", ["nowhere.md", "README.md#no-such-heading", "#no-such-heading"])
def test_a_broken_link_is_caught(link):
    text = f"[here]({link}), [there](LICENSE), [outside](https://jax.readthedocs.io)"
    assert broken_links(text, ROOT / "README.md") == [link]


@pytest.mark.parametrize("name", ["bnact.fused.norm_activation", "bnact.nowhere", "bnact.fused.rule.nothing"])
def test_a_name_that_does_not_exist_is_caught(name):
    with pytest.raises(AttributeError):
        resolve(name)
