"""Which of the commits that have gathered can be stored together, and as which rows. Pure.

A commit is turned into rows on its caller's side, so that data that is no JSON fails there and harms nobody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madoguchi.adapters.storage.columns import to_json, to_ticks
from madoguchi.ports.storage import Commit, Snapshot, StaleVersionError

SqlRow = tuple[Any, ...]

SNAPSHOT_COLUMNS = ("id", "kind", "version", "state", "live", "consumer", "born_at", "at", "data")
JOURNAL_COLUMNS = ("interaction", "seq", "at", "kind", "v", "data")
OUTBOX_COLUMNS = ("id", "interaction", "kind", "data", "due_at", "attempts")
MESSAGE_COLUMNS = ("chat", "seq", "at", "sender", "sender_id", "sender_name", "client_id", "body")


@dataclass(frozen=True)
class CommitRows:
    """One commit as rows; the columns are those named above."""

    owner: str
    version: int
    snapshot: SqlRow
    journal: Sequence[SqlRow]
    outbox: Sequence[SqlRow]
    messages: Sequence[SqlRow]


@dataclass
class Plan:
    """What one transaction does for the commits that fit."""

    inserts: dict[str, SqlRow] = field(default_factory=dict)
    """New owners' snapshots."""
    updates: dict[str, SqlRow] = field(default_factory=dict)
    """Known owners' snapshots; only the newest of several."""
    journal: list[SqlRow] = field(default_factory=list)
    outbox: list[SqlRow] = field(default_factory=list)
    messages: list[SqlRow] = field(default_factory=list)
    outcomes: list[StaleVersionError | None] = field(default_factory=list)
    """Per commit, in order: None where it fits."""


def consumer_of(data: Mapping[str, Any]) -> str | None:
    """Return the id of the consumer that a snapshot's data names, if it names one."""
    consumer = data.get("consumer")
    found = consumer.get("id") if isinstance(consumer, Mapping) else None
    return found if isinstance(found, str) else None


def rows_of(commit: Commit) -> CommitRows:
    """Turn `commit` into rows."""
    return CommitRows(
        owner=commit.snapshot.id,
        version=commit.snapshot.version,
        snapshot=_snapshot_row(commit.snapshot),
        journal=[
            (row.interaction, row.seq, to_ticks(row.at), row.kind, row.v, to_json(row.data)) for row in commit.journal
        ],
        outbox=[
            (row.id, row.interaction, row.kind, to_json(row.data), to_ticks(row.due_at), row.attempts)
            for row in commit.outbox
        ],
        messages=[
            (
                row.chat,
                row.seq,
                to_ticks(row.at),
                row.sender,
                row.sender_id,
                row.sender_name,
                row.client_id,
                to_json(row.body),
            )
            for row in commit.messages
        ],
    )


def snapshot_equals(stored: SqlRow, commit: CommitRows) -> bool:
    """Whether the `stored` snapshot is the one that `commit` brings; the time of birth is not compared."""
    born = SNAPSHOT_COLUMNS.index("born_at")
    new = commit.snapshot
    return stored[:born] == new[:born] and stored[born + 1 :] == new[born + 1 :]


def plan(commits: Sequence[CommitRows], stored: Mapping[str, int]) -> Plan:
    """Choose the commits that fit on the `stored` versions, in their order; the others are stale and change nothing."""
    result = Plan()
    versions = dict(stored)
    for commit in commits:
        present = versions.get(commit.owner, 0)
        if present != commit.version - 1:
            result.outcomes.append(
                StaleVersionError(f"{commit.owner} is at version {present}, not {commit.version - 1}")
            )
            continue
        versions[commit.owner] = commit.version
        if commit.owner in stored:
            result.updates[commit.owner] = commit.snapshot
        elif (first := result.inserts.get(commit.owner)) is None:
            result.inserts[commit.owner] = commit.snapshot
        else:
            born = SNAPSHOT_COLUMNS.index("born_at")
            result.inserts[commit.owner] = (*commit.snapshot[:born], first[born], *commit.snapshot[born + 1 :])
        result.journal.extend(commit.journal)
        result.outbox.extend(commit.outbox)
        result.messages.extend(commit.messages)
        result.outcomes.append(None)
    return result


def _snapshot_row(snapshot: Snapshot) -> SqlRow:
    at = to_ticks(snapshot.at)
    return (
        snapshot.id,
        snapshot.kind,
        snapshot.version,
        snapshot.state,
        snapshot.live,
        consumer_of(snapshot.data),
        at,
        at,
        to_json(snapshot.data),
    )
