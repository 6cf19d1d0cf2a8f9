"""Invented trade and declarations as files, for tests of every interface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.trade_world import MONTHS, START, world
from enduse.monitor.trade.series import month_text

HUBS = ("AM", "KZ", "KG", "AE", "TR", "GE", "HK", "UZ")
NUMBERS = {
    "DE": 276,
    "RU": 643,
    "AM": 51,
    "KZ": 398,
    "KG": 417,
    "AE": 784,
    "TR": 792,
    "GE": 268,
    "HK": 344,
    "UZ": 860,
    "PL": 616,
}


def flows(tmp_path: Path, how: str = "reexport", size: float = 3.0, months: int = MONTHS) -> Path:
    """A simulated world as an answer of UN Comtrade."""
    one = world(7, how, size)
    data: list[dict[str, Any]] = []

    def add(reporter: str, partner: str, flow: str, values: np.ndarray) -> None:
        for month, value in zip(range(START, START + months), values, strict=False):
            if not np.isnan(value):
                data.append(
                    {
                        "reporterCode": NUMBERS[reporter],
                        "partnerCode": NUMBERS[partner],
                        "flowCode": flow,
                        "cmdCode": "854231",
                        "classificationCode": "H6",
                        "period": month_text(month).replace("-", ""),
                        "primaryValue": round(float(value) * 1e6, 2),
                    }
                )

    for hub, found in zip(HUBS, one.flows, strict=True):
        assert found.to_hub and found.arrived and found.onward
        add("DE", hub, "X", found.to_hub.values)
        add(hub, "DE", "M", found.arrived.values)
        add(hub, "RU", "X", found.onward.values)
    assert one.flows[0].direct and one.flows[0].to_others
    add("DE", "RU", "X", one.flows[0].direct.values)
    add("DE", "PL", "X", one.flows[0].to_others.values)
    path = tmp_path / "flows.json"
    path.write_text(json.dumps({"count": len(data), "data": data}), encoding="utf-8")
    return path


DECLARED = """\
date,exporter,consignee,consignee_address,hs_code,value_usd,dispatch_country,transit_countries,destination_country
2022-05-03,Example Optik GmbH,Steppe Example Trading,"12 Abay Street, Almaty",854231,4900,DE,,KZ
2022-05-05,Example Optik GmbH,Steppe Example Trading,"12 Abay Street, Almaty",854231,4800,DE,,KZ
2022-05-06,Example Optik GmbH,Steppe Example Trading,"12 Abay Street, Almaty",854231,4950,DE,,KZ
2022-05-07,Example Optik GmbH,Steppe Example Trading,"12 Abay Street, Almaty",854231,4950,DE,,KZ
2022-05-09,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,900,DE,,PL
2022-05-10,Example Optik GmbH,Caucasus Example LLC,"1 Example Ave, Yerevan",854231,1200,DE,RU,AM
2022-05-11,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,700,DE,,PL
2022-05-12,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,600,DE,,PL
2022-05-13,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,650,DE,,PL
2022-05-16,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,500,DE,,PL
2022-05-17,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,450,DE,,PL
{{MORE}}not a day,Example Optik GmbH,Riverside Example Sp. z o.o.,"Przykladowa 1, Warszawa",854231,450,DE,,PL
""".replace(
    "{{MORE}}",
    "".join(
        f"2022-04-{day:02d},Example Optik GmbH,Riverside Example Sp. z o.o.,,854231,{200 + 7 * day},DE,,PL\n"
        for day in range(1, 29)
    ),
)
