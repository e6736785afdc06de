"""Percent allocation: which group gets the next interaction, so that shares hold at every moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

ONE: Final = Fraction(1)


@dataclass(frozen=True)
class Shares:
    """What each group is owed, in interactions. Immutable: `pick` returns the next state.

    After any number of picks among groups that were there all the time, no group has had an interaction more or less
    than its share says.

    Source: R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32 (1980): of the groups that are owed
    enough, the one whose time runs out first.
    """

    owed: tuple[Fraction, ...] = ()

    def pick(self, percents: Sequence[int], present: Collection[int]) -> tuple[int | None, "Shares"]:
        """Return the index of the group that gets the next interaction, and what is owed afterwards.

        Args:
            percents: each group's share; a group with 0 gets something only where no other is present.
            present: indexes of the groups that can be chosen. The others are owed nothing for this one, so that a
                group does not have to make up for its absence when it comes back.
        """
        owed = self.owed if len(self.owed) == len(percents) else (Fraction(0),) * len(percents)
        there = [index for index in sorted(set(present)) if percents[index] > 0]
        if not there:
            return min(present, default=None), Shares(owed)
        total = sum(percents[index] for index in there)
        now = list(owed)
        for index in there:
            now[index] += Fraction(percents[index], total)
        slack = Fraction(1, 2 * len(there) - 2) if len(there) > 1 else Fraction(0)
        due = [index for index in there if now[index] >= slack] or [max(there, key=lambda index: now[index])]
        chosen = min(due, key=lambda index: ((ONE - slack - now[index]) * total / percents[index], index))
        now[chosen] -= ONE
        return chosen, Shares(tuple(now))
