"""All patches over all articles of a run: each patch finds its article, and nothing that is left over goes untold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..facts import Article, Extraction
from .apply import Problem, apply, belongs, missing_quotes, same_headline
from .patch import Patch


class Corrector:
    """Corrects the extractions of these articles; `problems` and `applied` grow as it goes.

    A patch whose id no article has goes to the one article with its headline and all its quotes.
    """

    def __init__(self, patches: Iterable[Patch], articles: Iterable[Article]) -> None:
        self.applied = 0
        self.problems: list[Problem] = []
        self._patches: defaultdict[str, list[Patch]] = defaultdict(list)
        known = list(articles)
        ids = {article.id for article in known}
        for patch in patches:
            if patch.article in ids:
                self._patches[patch.article].append(patch)
            else:
                self._place(patch, known)

    def correct(self, extraction: Extraction) -> Extraction:
        """The extraction with the corrections of its patches."""
        corrected, applied, problems = apply(self._patches.get(extraction.article.id, ()), extraction)
        self.applied += len(applied)
        self.problems += problems
        return corrected

    def concerns(self, article: Article) -> bool:
        """Whether a patch is for this article: where none is, its facts stay as they are."""
        return article.id in self._patches

    def _place(self, patch: Patch, articles: Sequence[Article]) -> None:
        fitting = [article for article in articles if belongs(patch, article)]
        if len(fitting) == 1:
            self._patches[fitting[0].id].append(patch)
            return
        self.problems.append(
            Problem(patch.file, None, f"nothing of it is applied: {_why(patch, articles, fitting)}")
        )


def _why(patch: Patch, articles: Sequence[Article], fitting: Sequence[Article]) -> str:
    if fitting:
        ids = ", ".join(article.id for article in fitting)
        return f"no article has the id {patch.article}, and several fit it ({ids}): put the right id in [article]"
    for article in articles:
        if same_headline(patch, article):
            words = "”, “".join(missing_quotes(patch, article))
            return (
                f"no article has the id {patch.article}; {article.id} has the headline 《{patch.headline}》 but not the "
                f"words “{words}”: if it is the same article, put that id in [article] and mend the quotes"
            )
    return (
        f"no article among the sources has the id {patch.article} or the headline 《{patch.headline}》: give its source too, "
        "put its new id and headline in [article], or leave the patch out"
    )
