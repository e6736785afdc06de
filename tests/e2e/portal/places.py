"""The two busy places that most stories start from: an agent's desk, and a floor full of work."""

from tests.e2e.portal.backend import Backend
from tests.e2e.portal.figures import live_rows
from tests.e2e.portal.queues import live_queues
from tests.e2e.portal.rows import AGENT, Row, ago, call_row, chat_row, consumer, message, past, queue, text

ALL_PERMISSIONS = [
    "calls.view",
    "chats.view",
    "agents.view",
    "queues_live.view",
    "dashboard.view",
    "reports.view",
    "agents.edit",
    "agent_statuses.edit",
    "routing.edit",
    "settings.embedding.edit",
    "settings.sms.edit",
    "settings.queues.view",
    "settings.queues.edit",
    "monitor",
    "monitor_chats.edit",
    "recordings.view",
    "transcripts.view",
]


def busy_desk(backend: Backend) -> None:
    """An agent with a call, three chats, and work after an earlier call."""
    misaki = consumer(1, "佐藤 美咲", phone="+81 90 1234 5678")
    web = consumer(2, "Web User 10/05 10:15")
    kenichi = consumer(3, "山本 健一")
    call = call_row(1, misaki) | {"handling": "hand_1", "my_media": "connected", "muted": False}
    presence = {"id": "presence", "kind": "presence", "status": "available", "since": ago(800), "next_status": None}
    backend.put(
        "desk",
        presence | {"calls": 1, "chats": 2, "chat_limit": 5},
        call,
        chat_row(2, web, "ログインできません。コードが届かないようです", waiting_since=ago(70))
        | {"handling": "h2", "unread": 2},
        chat_row(
            3,
            kenichi,
            "ありがとうございます。試してみます",
            typing={"consumer": True, "agent": False},
            read={"consumer": 3, "agent": 4},
        )
        | {"handling": "h3", "unread": 0},
        {
            "id": "hand_9",
            "kind": "wrap_up",
            "handling": "hand_9",
            "interaction": "call_0009",
            "channel": "call",
            "consumer": consumer(9, "小林 誠", phone="+81 3 1234 5678"),
            "queue": queue("billing"),
            "started_at": ago(20),
            "ends_at": ago(-3600),
            "dismissed": True,
        },
    )
    resolved: Row = {"disposition": "disposition_1", "disposition_names": {"en": "Refunded", "ja": "返金済み"}}
    resolved["notes"] = "箱がつぶれていたので返金した。\n次回は先に写真を依頼。"
    plain = {"disposition": "resolved", "disposition_names": None, "notes": ""}
    naoko = {"id": "user_2", "name": "伊藤 直子"}
    backend.put(
        f"history {misaki['id']}",
        past(1, handlings=[{"agent": AGENT, **resolved}]),
        past(2, "chat", handlings=[{"agent": AGENT, **plain}]),
        past(8, opens=False, handlings=[{"agent": naoko, **plain}]),
        past(9, state="abandoned", answered_at=None, agent=None, opens=False),
    )
    image = {"type": "attachment", "attachment": "att_1", "name": "箱の写真.jpg", "media_type": "image/jpeg"}
    backend.put(
        "chat chat_0003",
        backend.views["desk"]["chat_0003"],
        message(1, "consumer", kenichi["name"], text("届いた商品の箱がつぶれていて、中のマグカップが割れていました。")),
        message(2, "system", "", {"type": "event", "event": "agent_joined", "name": AGENT["name"]}),
        message(3, "agent", AGENT["name"], text("ご不便をおかけして申し訳ありません。お写真をお送りいただけますか？")),
        message(4, "consumer", kenichi["name"], image | {"size": 482_113, "width": 640, "height": 480}),
        message(5, "agent", AGENT["name"], text("ありがとうございます。確認いたします。")),
    )
    backend.put(
        "chat chat_0002",
        backend.views["desk"]["chat_0002"],
        message(1, "consumer", web["name"], text("ログインできません。")),
    )


def busy_floor(backend: Backend, calls: int = 14) -> None:
    """Many calls, chats and agents for those who watch over them."""
    backend.permissions = list(ALL_PERMISSIONS)
    names = ["佐藤 美咲", "山本 健一", "Web User 10/23 16:08", "小林 誠", "高橋 さくら", "Anna Schmidt", "渡辺 陽菜"]
    agents = [
        {"id": f"user_{n}", "name": name}
        for n, name in enumerate(["伊藤 直子", "鈴木 翔太", "Maria García", "田中 由美"], 1)
    ]
    rows = []
    for n in range(calls):
        who = consumer(n, names[n % 7], phone=None if n % 3 else f"+81 90 0000 {n:04}")
        rows.append(
            call_row(
                n,
                who,
                agent=agents[n % 4],
                queue=queue(["returns", "delivery", "billing"][n % 3]),
                on_hold=n % 5 == 0,
                answered_at=ago(40 + n * 67),
                queued_at=ago(40 + n * 67 + 12 + n * 3),
                monitors=[AGENT] if n % 9 == 4 else [],
                recording="paused" if n % 11 == 3 else "recording",
            )
        )
    waiting: Row = {"answered_at": None, "agent": None, "monitors": [], "recording": "off"}
    rows.append(
        call_row(
            900,
            consumer(900, "中村 蓮", phone="+81 80 1111 2222"),
            state="queued",
            queued_at=ago(200),
            position=1,
            **waiting,
        )
    )
    rows.append(
        call_row(
            901,
            consumer(901, "加藤 葵"),
            state="offered",
            queued_at=ago(75),
            offered_to=[agents[0]],
            position=2,
            **waiting,
        )
    )
    backend.put("calls", *rows)
    backend.put("figures", *live_rows())
    backend.put("queues_live", *live_queues())
    chats = [
        chat_row(
            n,
            consumer(100 + n, names[n % 7]),
            "まだ届いていません",
            agent=agents[n % 4],
            monitors=[AGENT] if n == 1 else [],
            waiting_since=ago(60) if n % 2 else None,
        )
        for n in range(9)
    ]
    chats.append(
        chat_row(
            77,
            consumer(177, "Web User 11/22 14:03"),
            "Can you check my refund?",
            state="queued",
            agent=None,
            answered_at=None,
            language="en",
            monitors=[],
        )
    )
    backend.put("chats", *chats)
    backend.put(
        "chat chat_0001",
        chats[1] | {"typing": {"consumer": True, "agent": False}},
        message(1, "consumer", "山本 健一", text("配送状況を教えてください。")),
        message(2, "agent", "鈴木 翔太", text("かしこまりました。お調べいたします。")),
    )
    states = [
        ("available", "idle"),
        ("available", "in_call"),
        ("break", "idle"),
        ("available", "wrap_up"),
        ("missed_call", "idle"),
        ("signed_out", "idle"),
        ("available", "in_chat"),
    ]
    backend.put(
        "agents",
        *(
            {
                "id": f"user_{n}",
                "kind": "agent",
                "name": ["伊藤 直子", "鈴木 翔太", "Maria García", "田中 由美", "加藤 蓮", "山本 直子", "渡辺 大輔"][n],
                "email": f"agent{n}@example.test",
                "status": status,
                "since": ago(200 + n * 900),
                "next_status": "meal" if n == 1 else None,
                "calls": [{"id": "call_0001", "consumer": consumer(1, "山本 健一"), "queue": queue("returns")}]
                if occupancy == "in_call"
                else [],
                "chats": [],
                "chat_limit": 3,
                "languages": ["ja", "en"],
                "occupancy": occupancy,
                "occupied_since": ago(272),
                "calls_today": 14 - n,
                "chats_today": n,
                "missed_today": n % 3,
                "aht_s": 312.4 if n < 4 else None,
                "wrap_up_s": 41.0 if n < 4 else None,
                "last_offered_at": ago(400 + n * 60),
                "last_ended_at": ago(300 + n * 60) if n < 4 else None,
                "held_since": ago(95) if occupancy == "in_call" else None,
                "teams": [{"id": f"team_{n % 2}", "name": ["返品", "請求:夜間"][n % 2]}],
                "queues": [queue("returns")],
            }
            for n, (status, occupancy) in enumerate(states)
        ),
    )
    ended = {"state": "ended", "ended_at": ago(30), "end_reason": "consumer_hung_up"}
    backend.views["completed/calls"] = {
        row["id"]: row for row in (call_row(800 + n, consumer(800 + n, names[n % 7]), **ended) for n in range(6))
    }
    finished = {"state": "finished", "ended_at": ago(30), "end_reason": "agent_ended"}
    backend.views["completed/chats"] = {
        row["id"]: row for row in (chat_row(1 + n, consumer(800 + n, names[n % 7]), "", **finished) for n in range(4))
    }
