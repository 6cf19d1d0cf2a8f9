"""Countries by region, for a picture without borders: one tile for each, in the order of their codes.

Source: the regions of the United Nations' standard country or area codes (M49); ``XK`` and ``TW`` stand with their
neighbours.
"""

from __future__ import annotations

import functools

_REGIONS = """\
Northern Africa|DZ EG EH LY MA SD TN
Western Africa|BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG
Middle Africa|AO CD CF CG CM GA GQ ST TD
Eastern Africa|BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW
Southern Africa|BW LS NA SZ ZA
Northern America|BM CA GL PM US
Central America|BZ CR GT HN MX NI PA SV
Caribbean|AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI
South America|AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE
Northern Europe|AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ
Western Europe|AT BE CH DE FR LI LU MC NL
Southern Europe|AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK
Eastern Europe|BG BY CZ HU MD PL RO RU SK UA
Western Asia|AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE
Central Asia|KG KZ TJ TM UZ
Southern Asia|AF BD BT IN IR LK MV NP PK
Eastern Asia|CN HK JP KP KR MN MO TW
South-eastern Asia|BN ID KH LA MM MY PH SG TH TL VN
Oceania|AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS
Antarctica|AQ
"""


@functools.cache
def regions() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each region with its countries' codes."""
    return tuple(
        (name, tuple(codes.split())) for name, _, codes in (line.partition("|") for line in _REGIONS.splitlines())
    )
