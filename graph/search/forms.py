"""The forms under which a name is found: folded characters, pinyin, initials, overlapping pairs, Latin words.

A form holds letters and digits alone, so none of them means anything to a query language.
Both sides use this module: what is indexed by it is asked for by it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from loaders.text import fold

#: Characters of a name that count; what lies beyond is text, not a name.
LONGEST_KEY = 200
_LONGEST_SPOKEN = 24  # characters of a name that is spoken
_MOST_READINGS = 4  # of a name with characters that are read in several ways
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_ACCENTED = re.compile(r"[\u00c0-\u058f\u0300-\u036f\u1e00-\u1fff]")
_WORD = re.compile(r"[^\W_]+")
_LATIN_WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """A text's letters and digits: width, case, accents and traditional characters folded, nothing between them."""
    return "".join(_WORD.findall(_plain(text)))[:LONGEST_KEY]


def words(text: str) -> list[str]:
    """The parts of a text between spaces and marks, each folded as by `key`."""
    return _WORD.findall(_plain(text)[:LONGEST_KEY])


def latin_words(text: str) -> list[str]:
    """The words of a text in Latin letters or digits, folded; characters between them part them."""
    return _LATIN_WORD.findall(_plain(text)[:LONGEST_KEY])


def has_han(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return _HAN.search(text) is not None


def _plain(text: str) -> str:
    """Compatibility forms, accents, case and traditional characters folded."""
    text = text[: LONGEST_KEY * 4]
    if text.isascii():
        return text.casefold()
    wide = unicodedata.normalize("NFKC", text)
    if _ACCENTED.search(wide):
        parts = unicodedata.normalize("NFD", wide)
        bare = "".join(character for character in parts if not unicodedata.combining(character))
        wide = unicodedata.normalize("NFC", bare)
    return fold(wide).casefold()


def grams(key_: str) -> Iterator[str]:
    """Each character of a key, and each pair of neighbours."""
    yield from key_
    yield from pairs(key_)


def pairs(key_: str) -> list[str]:
    """The overlapping pairs of a key's characters."""
    return [key_[at : at + 2] for at in range(len(key_) - 1)]


@dataclass(frozen=True, slots=True)
class Reading:
    """A name as it is spoken: a syllable for each character, a run of Latin letters or digits as one."""

    syllables: tuple[str, ...]

    @property
    def whole(self) -> str:
        """The syllables as one word: dianchi."""
        return "".join(self.syllables)

    @property
    def initials(self) -> str:
        """The first letters: dc; digits whole."""
        return "".join(s if s.isdigit() else s[0] for s in self.syllables)

    def tails(self, most: int) -> Iterator[str]:
        """What follows each syllable but the last, at most so many letters: by it a part of a name is found."""
        for begin in range(1, len(self.syllables)):
            yield "".join(self.syllables[begin : begin + most])[:most]


@lru_cache(maxsize=4096)
def readings(key_: str) -> tuple[Reading, ...]:
    """How a key with Chinese characters is spoken, the likeliest first; none for a key without.

    Further readings change one character that is read in another way, too (长 chang, zhang); ü is also typed as u.
    """
    if not has_han(key_):
        return ()
    spoken = key_[:_LONGEST_SPOKEN]
    heard = _pronounce()(spoken)
    first = tuple(syllable for syllable in heard if syllable)
    found = dict.fromkeys([first] if first else [])
    if len(heard) == len(spoken):  # a syllable a character: nothing but Chinese
        others = [[s for s in _alone(c) if s != own] for c, own in zip(spoken, heard, strict=True)]
        # Those first that are read by themselves in another way than in this name: zhongqing for chongqing.
        for at, other in sorted(
            ((at, other) for at, rest in enumerate(others) for other in rest),
            key=lambda change: _alone(spoken[change[0]])[0] != change[1],
        ):
            if len(found) < _MOST_READINGS:
                found[(*first[:at], other, *first[at + 1 :])] = None
    for syllables in list(found):
        if any("v" in s for s in syllables):
            found[tuple(s.replace("v", "u") for s in syllables)] = None
    return tuple(Reading(syllables) for syllables in found)


@cache
def _pronounce() -> Callable[[str], list[str]]:
    """A syllable for each Chinese character of a text, as its words are spoken, and other characters as they are.

    pypinyin works each word out anew: names share theirs, so that a third of the index's time goes into words known already.
    """
    from pypinyin import Style  # its table of phrases takes a fifth of a second: only who searches waits
    from pypinyin.converter import DefaultConverter
    from pypinyin.core import Pinyin

    converter = DefaultConverter()
    converter.convert = lru_cache(maxsize=8192)(converter.convert)  # type: ignore[method-assign]
    return partial(Pinyin(converter).lazy_pinyin, style=Style.NORMAL, errors=_letters)


@lru_cache(maxsize=8192)
def _alone(character: str) -> tuple[str, ...]:
    """The two commonest readings of a character by itself."""
    from pypinyin import Style, pinyin

    heard = pinyin(character, style=Style.NORMAL, heteronym=True)
    return tuple(dict.fromkeys(map(_letters, heard[0][:2]))) if heard else ()


def _letters(syllable: str) -> str:
    return "".join(_LATIN_WORD.findall(_plain(syllable)))
