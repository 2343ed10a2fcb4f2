"""Two different codes never have the same version."""

from importlib.metadata import version

from recommender.engine.code_version import CODE_VERSION, digest


def write(folder, files):
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def test_it_begins_with_the_version_of_the_package():
    package, _, code = CODE_VERSION.partition("+")
    assert package == version("movierec")
    assert len(code) == 16
    assert len(CODE_VERSION) <= 64


def test_it_changes_with_every_source_header_and_compiled_kernel(tmp_path):
    files = {"a.py": "x", "sub/b.py": "y", "k.pyx": "k", "k.h": "h", "k.so": "machine code", "notes.txt": "n"}
    before = digest([write(tmp_path, files)])
    assert digest([write(tmp_path, files)]) == before
    for name in files:
        changed = digest([write(tmp_path, files | {name: "changed"})])
        assert (changed == before) == (name == "notes.txt"), name


def test_it_changes_when_a_file_comes_or_is_renamed_or_lines_move_between_files(tmp_path):
    one = digest([write(tmp_path / "1", {"a.py": "xy", "b.py": ""})])
    other = digest([write(tmp_path / "1", {"a.py": "x", "b.py": "y"})])
    more = digest([write(tmp_path / "1", {"c.py": ""})])
    assert len({one, other, more}) == 3


def test_it_changes_with_the_libraries(tmp_path):
    assert digest([tmp_path], ["numpy"]) != digest([tmp_path], ["scipy"])
