"""Properties of all formats in the registry, on the samples in the test of each format. Without a sample a test fails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from versionfiles.samples import samples_of_formats

from shipit.versionfiles import FORMATS, VersionFileError, detect, format_of

pytestmark = pytest.mark.slow

SAMPLES = samples_of_formats()

NUMBER = st.integers(0, 10**6)
VERSIONS = st.builds(
    "{}.{}.{}{}".format,
    NUMBER, NUMBER, NUMBER, st.one_of(st.sampled_from(["", "-SNAPSHOT"]), st.builds("-rc.{}".format, NUMBER)),
)  # fmt: skip

# Words with a meaning in at least one format, so that random texts are not refused at once.
WORDS = (
    "version version= '1.2.3' \"1.2.3\" ''' \"\"\" / $/ /$ ${ $x } { ( ) [ ] // /* */ \\ \n \r\n : = , ; . -> # < > </ "
    "<version> </version> <![CDATA[ ]]> <!-- --> & &a *a - ` ! | ? % allprojects project.version [[package]] name "
    "[project] __version__ x-shipit-version x-shipit-version-start \ufeff \x00 \udcff é 𝟙 \u2028 \x0c"
)
FRAGMENTS = st.sampled_from(WORDS.split(" "))
TEXTS = st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.text(max_size=2)), max_size=40).map("".join))

every_format = pytest.mark.parametrize("name", FORMATS)


def sample(name: str, version: str) -> str:
    return SAMPLES[name][0].replace("@", version)


def test_every_format_has_a_sample() -> None:
    assert SAMPLES.keys() == FORMATS.keys()


@every_format
def test_each_of_its_file_names_leads_to_the_format_and_is_detected_at_the_root_if_it_is_whole(name: str) -> None:
    assert FORMATS[name].patterns
    for pattern in FORMATS[name].patterns:
        file = pattern.replace("*", "any")
        assert format_of(f"api/{file}") is format_of(file) is FORMATS[name]
        assert detect(["README.md", f"api/{file}", file]) == ((file,) if file == pattern else ())


@every_format
@given(old=VERSIONS, new=VERSIONS)
def test_writing_changes_the_version_and_nothing_else(name: str, old: str, new: str) -> None:
    assert FORMATS[name].write(sample(name, old), new, SAMPLES[name][1]) == sample(name, new)


@every_format
@given(version=VERSIONS)
def test_the_written_version_is_read(name: str, version: str) -> None:
    assert FORMATS[name].read(sample(name, version), SAMPLES[name][1]) == version


@every_format
@given(text=TEXTS, version=VERSIONS)
def test_any_text_is_either_written_correctly_or_refused(name: str, text: str, version: str) -> None:
    file, paths = FORMATS[name], SAMPLES[name][1]
    try:
        read = file.read(text, paths)
        written = file.write(text, version, paths)
    except VersionFileError:
        return
    assert file.read(written, paths) == version
    assert file.write(written, version, paths) == written
    assert file.read(file.write(written, read, paths), paths) == read


@every_format
@given(noise=TEXTS, at=st.integers(0, 400), version=VERSIONS)
def test_a_damaged_file_is_either_written_correctly_or_refused(name: str, noise: str, at: int, version: str) -> None:
    whole = sample(name, "1.2.3")
    text = whole[:at] + noise + whole[at:]
    try:
        written = FORMATS[name].write(text, version, SAMPLES[name][1])
    except VersionFileError:
        return
    assert FORMATS[name].read(written, SAMPLES[name][1]) == version


@every_format
def test_a_byte_order_mark_and_undecodable_bytes_survive(name: str) -> None:
    text = "\ufeff" + sample(name, "1.2.3").replace("é", "é\udcff").removeprefix("\ufeff")
    written = FORMATS[name].write(text, "2.0.0", SAMPLES[name][1])
    assert written == text.replace("1.2.3", "2.0.0")


@every_format
@pytest.mark.parametrize("ends", ["\r\n", "\n"])
def test_line_ends_do_not_change(name: str, ends: str) -> None:
    text = sample(name, "1.2.3").replace("\r\n", "\n").replace("\n", ends)
    assert FORMATS[name].write(text, "2.0.0", SAMPLES[name][1]) == text.replace("1.2.3", "2.0.0")


@every_format
@pytest.mark.parametrize("version", ["1.0.0'", '1.0.0"', "1.0.0\n", "", "1.0 0", "<x>", "${x}", "v1.0.0"])
def test_a_version_that_would_break_the_file_is_refused(name: str, version: str) -> None:
    with pytest.raises(VersionFileError, match="cannot be written"):
        FORMATS[name].write(sample(name, "1.2.3"), version, SAMPLES[name][1])


@every_format
def test_an_empty_file_is_refused_with_a_hint(name: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        FORMATS[name].read("", SAMPLES[name][1])
    assert caught.value.hint


@every_format
@pytest.mark.parametrize("piece", ["{", "[", "(", "<a>", "/*", "'", '"${', "a: ", "- ", "&a [", "-", "[[a]]\n", "$/ "])
def test_deep_nesting_is_refused_without_a_crash(name: str, piece: str) -> None:
    with pytest.raises(VersionFileError):
        FORMATS[name].read(piece * 3000, SAMPLES[name][1])
