"""A service with people and with something of everything kept, in a server on the loopback address, for the browser."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI

import licensing_world as w
from browsers import go
from enduse.interfaces.api.answers import Unavailable
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.mapped_tables import MappedTable
from enduse.interfaces.monitor.actions import Asked, act
from enduse.interfaces.monitor.run import run
from enduse.interfaces.monitor.watches import Watch, keep_watch, registers_of
from enduse.interfaces.service.ground import Service
from enduse.interfaces.trade.analysis import asked_of
from enduse.interfaces.trade.work import declarations_work, flows_work
from enduse.interfaces.web.columns import proposed
from enduse.model.access import Actor
from enduse.model.kept import ENDED, Job
from enduse.model.record import By
from enduse.monitor.register import Register
from licence_use import surged
from monitor_worlds import customer
from pages import PAGES, two_editions
from people import PASSWORD, join
from service_world import service
from trade_samples import DECLARED, HUBS, flows

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NOW = dt.datetime.now(tz=dt.UTC).replace(year=2026, month=8, day=3)
GAP = "/monitor/gap?name=NSO+Group"
USE = "/monitor/licences?threshold=40000&restricted=BY"
PEOPLE = {"ada": "analyst", "eve": "engineer", "lia": "licence_authority", "otto": "auditor", "sys": "sysadmin"}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
TRANSACTION: dict[str, Any] = {
    "reference": "order 7",
    "item": {"code": "5A001.j"},
    "from": "DE",
    "destination": "EG",
    "parties": [{"role": "end_user", "name": "شركة المثال للبصريات"}],
    "date": "2026-08-03",
}
ORDERS = (
    "Order No,ECCN,Origin,Ship to country,Customer name,Amount,Colour\n"
    "A-1,5A001.j,US,Egypt,Bureau of Public Watching,25000USD,red\n"
    "A-2,EAR99,US,China,阿克米光电有限公司,10USD,blue\n"
    "A-3,EAR99,US,AE,شركة المثال للبصريات,10USD,blue\n"
    "A-4,EAR99,US,Atlantis,Example GmbH,10USD,\n"
)
PORTFOLIO = (
    "name,isin,ticker,side,quantity,trade_date\n"
    "SenseTime Group Limited,,,buy,1000,2022-02-09\n"
    "SenseTime Group Inc.,KYG8062L1041,20 HK,buy,500,2022-03-01\n"
    "SenseTime Group Limited,,,sell,1000,2022-11-30\n"
    "SenseTime Group Limited,,,,250,\n"
    "Riverside Example AG,,,buy,10,2022-03-01\n"
)
NAMES = (
    "Customer No,Customer,Country\n"
    "C-1,阿克米光电有限公司,CN\n"
    "C-2,شركة المثال للبصريات,AE\n"
    "C-3,Riverside Example GmbH,DE\n"
    "C-4,Example Trading,Atlantis\n"
)


@dataclass(frozen=True)
class World:
    """The service, its address, and one address of every page (by the template of its route, with who sees it)."""

    base: str
    app: FastAPI
    pages: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        """Somebody."""
        found: Service = self.app.state.service
        accounts = found.stores.need().accounts
        user = next(one for one in accounts.users() if one.login == login)
        return Actor(user.id, user.name, accounts.roles(user.id))


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The address of a server of an application whose lists are open."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not (server.started and _ready(app)):
        assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)


@contextlib.contextmanager
def world(folder: Path) -> Iterator[World]:
    """The service, with people and with something of everything kept."""
    app = service(two_editions(folder), lambda: NOW, request_rate=1_000_000, login_rate=10_000)
    for login, role in PEOPLE.items():
        join(app, login, role)
    with running(app) as base:
        found = World(base, app)
        found.pages.update(_filled(found))
        yield found


def _ready(app: FastAPI) -> bool:
    """Whether the lists are open."""
    try:
        app.state.enduse.holdings()
    except Unavailable:
        return False
    return True


def _filled(found: World) -> dict[str, list[tuple[str, str]]]:
    desk, store = found.app.state.service.desk, found.app.state.service.stores.need()
    ada = found.actor("ada")
    kept = desk.keep(desk.check(TRANSACTION), ada)[0]
    store.casework.save_search("Optics, every month", {"name": "阿克米光电", "countries": ["CN"]}, by=By.of(ada))
    checked = job(found, MappedTable("check", "orders.csv", *_said(ORDERS, "check"), ORDERS.encode()))
    screened = job(found, MappedTable("screen", "names.csv", *_said(NAMES, "screen"), NAMES.encode()))
    failed = store.casework.start_job("check_table", b"x", by=By.of(ada), total=3)
    store.casework.end_job(failed.id, "failed", by=By("service"), note="the lists are gone")
    waiting = store.casework.start_job("check_table", b"x", by=By.of(ada), total=3)
    store.casework.progress(waiting.id, 1, 3)
    jobs = [("ada", f"/jobs/{one}") for one in (checked.id, screened.id, failed.id, waiting.id)]
    alerts = monitored(found)
    traded = trade_reports(found)
    surged(w.World(log=w.Watched(StoredLog(store.cases))))
    ended(found, found.app.state.service.worker.submit_intelligence(0.95, ada))
    return {
        "/monitor": [("ada", "/monitor"), ("otto", "/monitor?status=all"), ("ada", "/monitor?status=closed")],
        "/monitor/alerts/{id}": [(who, f"/monitor/alerts/{one}") for one in alerts for who in ("ada", "otto")],
        "/monitor/changes": [("ada", "/monitor/changes")],
        "/monitor/gap": [("ada", "/monitor/gap"), ("ada", "/monitor/gap?name=Acme+Optronics"), ("ada", GAP)],
        "/monitor/intelligence": [("ada", "/monitor/intelligence"), ("otto", "/monitor/intelligence")],
        "/monitor/licences": [("lia", "/monitor/licences"), ("lia", USE), ("lia", "/monitor/licences?threshold=much")],
        "/monitor/trade": [("ada", "/monitor/trade"), ("otto", "/monitor/trade")],
        "/monitor/trade/{id}": [("ada", f"/monitor/trade/{one}") for one in traded],
        "/monitor/trade/signs/{kind}": [
            ("ada", "/monitor/trade/signs/surge"),
            ("ada", f"/monitor/trade/signs/transhipment?report={traded[0]}"),
            ("ada", f"/monitor/trade/signs/split?report={traded[1]}"),
            ("ada", "/monitor/trade/signs/licence_surge"),
        ],
        "/": [("ada", "/"), ("ada", "/?item=5A001j&to=Egyptt&add=party")],
        "/check": [
            ("ada", PAGES["answer"]),
            ("ada", "/check?item=5A001.f.1&to=EG"),
            ("ada", "/check?item=5A001j&to=Egyptt&value=1,0"),
            ("ada", "/check?item=spyware&to=EG"),
        ],
        "/check/timeline": [("ada", PAGES["timeline"])],
        "/portfolio": [("ada", PAGES["portfolio"])],
        "/screen": [("ada", "/screen"), ("ada", PAGES["hits"]), ("otto", PAGES["hits"]), ("ada", "/screen?name=Zzyzx")],
        "/parties/{id:path}": [("ada", PAGES["party"]), ("ada", "/parties/ftm:plant-1"), ("ada", "/parties/none")],
        "/items": [("ada", PAGES["items"]), ("ada", "/items"), ("ada", "/items?q=zzyzx")],
        "/items/{code:path}": [("ada", PAGES["item"])],
        "/rules": [("ada", "/rules")],
        "/rules/{id:path}": [("ada", PAGES["act"]), ("ada", PAGES["rule"])],
        "/lists": [("ada", "/lists")],
        "/lists/{id}": [("ada", PAGES["list"])],
        "/lists/{id}/changes": [("ada", PAGES["changes"])],
        "/map": [("ada", "/map"), ("ada", PAGES["map"])],
        "/bulk": [("ada", "/bulk")],
        "/jobs": [("ada", "/jobs"), ("eve", "/jobs")],
        "/jobs/{id}": jobs,
        "/assessments": [("ada", "/assessments"), ("eve", "/assessments")],
        "/assessments/{id}": [("ada", f"/assessments/{kept.id}")],
        "/searches": [("ada", "/searches"), ("eve", "/searches")],
        "/audit": [("otto", "/audit"), ("ada", "/audit")],
        "/audit/verification": [("sys", "/audit/verification")],
        "/login": [("", "/login")],
        "/setup": [("", "/setup")],
        "/account": [("ada", "/account")],
        "/why": [("ada", "/why")],
        "/admin/users": [("sys", "/admin/users")],
        "/admin/users/{identifier}": [("sys", f"/admin/users/{ada.id}")],
    }


def monitored(found: World) -> list[str]:
    """A register that is watched since before the last edition, with work on its alerts; the ids of the alerts."""
    running: Service = found.app.state.service
    data, store, by = running.settings.data, running.stores.need(), By.of(found.actor("ada"))
    listed = "Hangzhou Hikvision Digital Technology Co., Ltd."
    register = Register(registers_of(data), "customers")
    register.upsert(
        [
            customer("C-0007", "شركة المثال للبصريات", countries=("AE",)),
            customer("C-0012", "Acme Optronic Works", countries=("CN",)),
            customer("C-0031", "Bureau of Public Watching"),
            customer("C-0050", "Riverside Example GmbH", countries=("DE",)),
        ]
    )
    owned = Register(registers_of(data), "owned")
    owned.upsert([customer("C-0044", "Quiet Lens Trading", (listed, 60), countries=("CN",))])
    for name, first in (("customers", NOW.replace(month=7, day=5)), ("owned", NOW.replace(year=2025, month=9, day=1))):
        keep_watch(store.monitoring, data, Watch(name, name), by=by)
        for moment in (first, NOW):
            run(data, store, lambda moment=moment: moment, only=[name], starter=True)  # type: ignore[misc]
    rows = store.monitoring.queue(limit=50)
    hit = next(str(row["id"]) for row in rows if row["customer"] == "C-0031")
    asked = Asked("close", "the bureau is our customer", verdict="same")
    act(store, hit, asked, by=By("somebody else"), today=NOW.date())
    return [str(row["id"]) for row in rows]


def trade_reports(found: World) -> list[str]:
    """A report on trade with a planted hub, one on declarations, one that failed and one that waits; their jobs."""
    running: Service = found.app.state.service
    folder = running.settings.data / "trade"
    folder.mkdir(exist_ok=True)
    path = flows(folder)
    asked = asked_of(["DE"], ["RU"], "2022-01-01", [",".join(HUBS)], ["854231"])
    signs = flows_work(asked, [], [path.name], running.settings.data)
    declared = declarations_work(("declared.csv", DECLARED.encode()), ["RU"], 5000.0, True)
    done = [ended(found, running.worker.submit_trade(one, found.actor("ada"))) for one in (signs, declared)]
    casework, by = running.stores.need().casework, By.of(found.actor("ada"))
    failed = casework.start_job("trade_signs", b"x", by=by, total=1)
    casework.end_job(failed.id, "failed", by=By("service"), note="flows.json: no records")
    waiting = casework.start_job("trade_declarations", b"x", by=by, total=1)
    return [*(one.id for one in done), failed.id, waiting.id]


def _said(table: str, what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    columns = tuple(table.split("\n", 1)[0].split(","))
    return columns, proposed(columns, what)


def job(found: World, table: MappedTable, login: str = "ada") -> Job:
    """A job that has ended."""
    running: Service = found.app.state.service
    return ended(found, running.worker.submit(table.as_bytes(), found.actor(login), None))


def ended(found: World, made: Job) -> Job:
    """The job, once it is done."""
    running: Service = found.app.state.service
    deadline = time.monotonic() + 120
    while True:
        now = running.stores.need().casework.job(made.id)
        assert now is not None and time.monotonic() < deadline
        if now.state in ENDED:
            assert now.state == "done", now.note
            return now
        time.sleep(0.05)


def sign_in(page: Page, login: str, then: str = "/") -> None:
    """Somebody is sent to the login page and comes back to where they wanted to be."""
    page.goto(then)
    assert "/login" in page.url
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    go(page.get_by_role("button", name="Sign in"))
    assert "/login" not in page.url, page.inner_text("main")


def opened(chromium: Browser, base: str, login: str = "", **options: Any) -> tuple[BrowserContext, Page]:
    """A browser of somebody; of nobody where no login is given."""
    context = chromium.new_context(base_url=base, **({"viewport": WIDE} | options))
    page = context.new_page()
    if login:
        sign_in(page, login)
    return context, page
