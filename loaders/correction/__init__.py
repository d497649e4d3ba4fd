"""Corrections by people: readable patch files, one an article, applied on top of what the rules read."""

from .apply import Problem, apply
from .corrector import Corrector, place
from .patch import Correction, Patch, PatchError, load_patches

__all__ = ["Correction", "Corrector", "Patch", "PatchError", "Problem", "apply", "load_patches", "place"]
