"""All patches over all articles of a run: each patch finds its article, and nothing that is left over goes untold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..facts import Article, Extraction
from .apply import Problem, apply, belongs, missing_quotes
from .patch import Patch


class Corrector:
    """Corrects the extractions of these articles; `problems` and `applied` grow as it goes.

    A patch whose id no article has goes to the one article with its headline and all its quotes.
    """

    def __init__(self, patches: Iterable[Patch], articles: Iterable[Article]) -> None:
        self.applied = 0
        self._patches, self.problems = place(list(patches), articles)

    def correct(self, extraction: Extraction) -> Extraction:
        """The extraction with the corrections of its patches."""
        corrected, applied, problems = apply(self._patches.get(extraction.article.id, ()), extraction)
        self.applied += len(applied)
        self.problems += problems
        return corrected

    def concerns(self, article: Article) -> bool:
        """Whether a patch is for this article: where none is, its facts stay as they are."""
        return article.id in self._patches


def place(
    patches: Sequence[Patch], articles: Iterable[Article]
) -> tuple[dict[str, list[Patch]], list[Problem]]:
    """The patches of each article by its id, and what is wrong with those that are for none or several.

    The articles are gone through once, and none is kept.
    """
    searches = [_Search(patch) for patch in patches]
    by_id: defaultdict[str, list[_Search]] = defaultdict(list)
    by_headline: defaultdict[str, list[_Search]] = defaultdict(list)
    for search in searches:
        by_id[search.patch.article].append(search)
        by_headline[_plain(search.patch.headline)].append(search)
    for article in articles if patches else ():
        for search in by_id.get(article.id, ()):
            search.found = True
        for search in by_headline.get(_plain(article.headline), ()):
            search.look_at(article)
    placed: defaultdict[str, list[Patch]] = defaultdict(list)
    problems = []
    for search in searches:
        if search.found:
            placed[search.patch.article].append(search.patch)
        elif len(search.fitting) == 1:
            placed[search.fitting[0]].append(search.patch)
        else:
            told = f"nothing of it is applied: {search.why()}"
            problems.append(Problem(search.patch.file, None, told))
    return dict(placed), problems


@dataclass(slots=True)
class _Search:
    """What is known of a patch's article while the articles pass by."""

    patch: Patch
    found: bool = False  # by its id
    fitting: list[str] = field(default_factory=list)
    like: tuple[str, list[str]] | None = None  # the first with its headline, and the quotes that it lacks

    def look_at(self, article: Article) -> None:
        """Takes in an article with the patch's headline."""
        if belongs(self.patch, article):
            self.fitting.append(article.id)
        elif self.like is None:
            self.like = (article.id, missing_quotes(self.patch, article))

    def why(self) -> str:
        """Why the patch has no article."""
        patch = self.patch
        if self.fitting:
            ids = ", ".join(self.fitting)
            return f"no article has the id {patch.article}, and several fit it ({ids}): put the right id in [article]"
        if self.like is not None:
            words = "”, “".join(self.like[1])
            return (
                f"no article has the id {patch.article}; {self.like[0]} has the headline 《{patch.headline}》 but not the "
                f"words “{words}”: if it is the same article, put that id in [article] and mend the quotes"
            )
        return (
            f"no article among the sources has the id {patch.article} or the headline 《{patch.headline}》: give its source too, "
            "put its new id and headline in [article], or leave the patch out"
        )


def _plain(headline: str) -> str:
    return "".join(headline.split())
