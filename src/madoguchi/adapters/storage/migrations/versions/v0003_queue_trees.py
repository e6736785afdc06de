"""Menu trees: a node per level and queue and channel, instead of one queue for several menus.

A queue that was in both menus keeps its id in the web menu, because chats outlive a restart and calls do not; its twin
in the phone menu gets a new one. Names of parents become levels. What a queue set otherwise than the default becomes
its own setting.
"""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

KEYS = 9
DEFAULTS: dict[str, dict[str, Any]] = {
    "routing": {"policy": "deltacast", "offer_s": 20.0, "attempts": 3},
    "wrap_up": {"wrap_up_s": 60.0},
    "recording": {"recording": "record", "recording_channels": "mono"},
}


def upgrade() -> None:
    """Make the tables of the trees, move the queues into them, and drop the old table."""
    nodes = op.create_table(
        "queue_nodes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("assignments", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_nodes")),
    )
    op.create_table(
        "queue_menus",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("common", sa.Text(), nullable=False),
        sa.Column("common_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_menus")),
    )
    op.execute("INSERT INTO queue_menus (id, revision, common, common_version) VALUES (1, 0, '{}', 1)")
    rows = op.get_bind().execute(sa.text("SELECT * FROM queues")).mappings().all()
    made = planted([_read(row) for row in rows])
    if made:
        op.bulk_insert(nodes, [_written(one) for one in made])
    op.drop_table("queues")


def _read(row: Any) -> dict[str, Any]:
    read = {name: json.loads(row[name]) for name in ("channels", "names", "agents", "parents")}
    return {**row, **read, "policy": row["offer_policy"]}


def _written(node: dict[str, Any]) -> dict[str, Any]:
    texts = {name: json.dumps(node[name], ensure_ascii=False) for name in ("names", "assignments", "settings")}
    return {**node, **texts}


def planted(queues: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the nodes of `queues`, which are rows of the old table with their JSON read."""
    made: list[dict[str, Any]] = []
    levels: dict[tuple[str, ...], str] = {}
    counts: dict[tuple[str, str | None], int] = {}
    shown: dict[str | None, int] = {}

    def grow(channel: str, node: str, parent: str | None, names: dict[str, str], **rest: Any) -> None:
        counts[channel, parent] = counts.get((channel, parent), 0) + 1
        hidden = rest.pop("hidden", False)
        if channel == "ivr":
            hidden = hidden or shown.get(parent, 0) >= KEYS
            shown[parent] = shown.get(parent, 0) + (not hidden)
        made.append(
            {
                "id": node,
                "channel": channel,
                "parent": parent,
                "position": counts[channel, parent],
                "names": names,
                "assignments": [],
                "settings": {},
                "hidden": hidden,
                "deleted": False,
                "version": 1,
                **rest,
            }
        )

    for queue in sorted(queues, key=lambda one: (one["position"], one["id"])):
        for channel in queue["channels"]:
            parent = None
            path: tuple[str, ...] = (channel,)
            for names in queue["parents"]:
                path = (*path, json.dumps(names, sort_keys=True))
                if path not in levels:
                    levels[path] = f"queue_level{len(levels) + 1}"
                    grow(channel, levels[path], parent, names)
                parent = levels[path]
            twin = channel == "ivr" and len(queue["channels"]) > 1
            agents = queue["agents"]
            grow(
                channel,
                f"{queue['id']}{channel}" if twin else queue["id"],
                parent,
                queue["names"],
                assignments=[{"language": "", "users": agents, "teams": []}] if agents else [],
                settings=_settings(queue),
                hidden=channel == "ivr" and not 1 <= queue["position"] <= KEYS,
            )
    return made


def _settings(queue: dict[str, Any]) -> dict[str, dict[str, Any]]:
    changed = {
        section: {name: queue[name] for name, usual in fields.items() if queue[name] != usual}
        for section, fields in DEFAULTS.items()
    }
    return {section: fields for section, fields in changed.items() if fields}
