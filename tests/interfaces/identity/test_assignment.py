"""For which exporter or agency an account acts: said by an administrator, taken from the session."""

from __future__ import annotations

from pathlib import Path

from people import PASSWORD, SETUP, form_token, join, post, signed_in
from service_world import service


def test_for_whom_an_account_acts_is_said_by_an_administrator_and_by_nobody_of_themself(tmp_path: Path) -> None:
    app = service(tmp_path)
    root, user = join(app, "root", "sysadmin"), join(app, "delta.1", "exporter_submitter")
    http = signed_in(app, "root")
    made = post(http, f"/admin/users/{user.id}/assign", organisation="Delta", agency="", reason="works there")
    assert made.status_code == 303
    page = http.get(f"/admin/users/{user.id}").text
    assert "Acts for the exporter" in page and "user.assign" in page
    headers = {"x-csrf-token": form_token(http)}
    asked = {"organisation": "", "agency": "licensing", "reason": "moved"}
    assert http.post(f"/v1/users/{user.id}/assignment", json=asked, headers=headers).json()["agency"] == "licensing"
    assert (
        http.post(f"/v1/users/{user.id}/assignment", json=asked | {"agency": "a b"}, headers=headers).status_code == 400
    )
    own = http.post(f"/v1/users/{root.id}/assignment", json=asked, headers=headers)
    assert own.status_code == 403 and "nobody says of themself" in own.json()["detail"]
    assert app.state.service.stores.need().verify().whole


def test_a_session_says_for_whom_its_account_acts(tmp_path: Path) -> None:
    app = service(tmp_path)
    made = app.state.service
    user = join(app, "delta.1", "exporter_submitter")
    made.stores.need().accounts.assign(user.id, organisation="delta", agency="", by=SETUP, reason="works there")
    token, _ = made.people.sign_in("delta.1", PASSWORD, address="")
    found = made.people.identify({"cookie": f"enduse_session={token}"}).actor
    assert (found.organisation, found.agency) == ("delta", "")
