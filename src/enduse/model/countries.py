# ruff: noqa: E501
"""Countries: codes, names and the spellings that lists and laws use. Pure data, no file is read.

Source: ISO 3166-1 (alpha-2 and alpha-3 codes, English short names); further spellings as found in the Commerce Country
Chart, OFAC, UN, UK, Canadian and Australian lists. ``XK`` (Kosovo) is user-assigned, as in those lists.
"""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Mapping

_ROWS = """\
AF|AFG|Afghanistan
AX|ALA|Åland Islands|Aland Islands
AL|ALB|Albania
DZ|DZA|Algeria
AS|ASM|American Samoa
AD|AND|Andorra
AO|AGO|Angola
AI|AIA|Anguilla
AQ|ATA|Antarctica
AG|ATG|Antigua and Barbuda
AR|ARG|Argentina
AM|ARM|Armenia
AW|ABW|Aruba
AU|AUS|Australia
AT|AUT|Austria
AZ|AZE|Azerbaijan
BS|BHS|Bahamas|Bahamas, The|The Bahamas
BH|BHR|Bahrain
BD|BGD|Bangladesh
BB|BRB|Barbados
BY|BLR|Belarus|Bélarus|Byelorussia
BE|BEL|Belgium
BZ|BLZ|Belize
BJ|BEN|Benin
BM|BMU|Bermuda
BT|BTN|Bhutan
BO|BOL|Bolivia|Bolivia (Plurinational State of)|Bolivia, Plurinational State of
BQ|BES|Bonaire, Sint Eustatius and Saba|Bonaire|Bonaire, Saint Eustatius and Saba|Bonaire, Sint Eustatius, and Saba
BA|BIH|Bosnia and Herzegovina|Bosnia & Herzegovina|Bosnia
BW|BWA|Botswana
BV|BVT|Bouvet Island
BR|BRA|Brazil
IO|IOT|British Indian Ocean Territory
BN|BRN|Brunei Darussalam|Brunei
BG|BGR|Bulgaria
BF|BFA|Burkina Faso|Burkina
BI|BDI|Burundi
CV|CPV|Cabo Verde|Cape Verde
KH|KHM|Cambodia
CM|CMR|Cameroon
CA|CAN|Canada
KY|CYM|Cayman Islands
CF|CAF|Central African Republic
TD|TCD|Chad
CL|CHL|Chile
CN|CHN|China|China (PRC)|China (People's Republic of)|People's Republic of China|PRC|P.R. China|Mainland China|China, People's Republic of|中国
CX|CXR|Christmas Island
CC|CCK|Cocos (Keeling) Islands|Cocos Islands
CO|COL|Colombia
KM|COM|Comoros
CG|COG|Congo|Congo (Republic of the)|Congo, Republic of the|Republic of the Congo|Congo (Republic of)|Congo-Brazzaville|Congo, Republic of
CD|COD|Congo, Democratic Republic of the|Congo (Democratic Republic of the)|Congo (Democratic Republic of)|Democratic Republic of the Congo|DRC|DR Congo|Congo-Kinshasa|Congo, Democratic Republic of|Zaire|Congo (Democratic Republic)
CK|COK|Cook Islands
CR|CRI|Costa Rica
CI|CIV|Côte d'Ivoire|Cote d'Ivoire|Cote d'lvoire|Ivory Coast|Cote d Ivoire
HR|HRV|Croatia
CU|CUB|Cuba
CW|CUW|Curaçao|Curacao
CY|CYP|Cyprus
CZ|CZE|Czechia|Czech Republic
DK|DNK|Denmark
DJ|DJI|Djibouti
DM|DMA|Dominica
DO|DOM|Dominican Republic
EC|ECU|Ecuador
EG|EGY|Egypt|Egypt, Arab Republic of|Arab Republic of Egypt
SV|SLV|El Salvador
GQ|GNQ|Equatorial Guinea
ER|ERI|Eritrea
EE|EST|Estonia
SZ|SWZ|Eswatini|Swaziland
ET|ETH|Ethiopia
FK|FLK|Falkland Islands|Falkland Islands (Malvinas)|Falkland Islands (Islas Malvinas)
FO|FRO|Faroe Islands|Faeroe Islands
FJ|FJI|Fiji
FI|FIN|Finland
FR|FRA|France
GF|GUF|French Guiana
PF|PYF|French Polynesia
TF|ATF|French Southern Territories
GA|GAB|Gabon
GM|GMB|Gambia|Gambia, The|The Gambia
GE|GEO|Georgia
DE|DEU|Germany|Federal Republic of Germany
GH|GHA|Ghana
GI|GIB|Gibraltar
GR|GRC|Greece
GL|GRL|Greenland
GD|GRD|Grenada
GP|GLP|Guadeloupe
GU|GUM|Guam
GT|GTM|Guatemala
GG|GGY|Guernsey
GN|GIN|Guinea
GW|GNB|Guinea-Bissau|Guinea Bissau
GY|GUY|Guyana
HT|HTI|Haiti
HM|HMD|Heard Island and McDonald Islands
VA|VAT|Holy See|Vatican City|Vatican|Vatican City State|Holy See (Vatican City State)
HN|HND|Honduras
HK|HKG|Hong Kong|Hong Kong SAR|Hong Kong (China)|Hong Kong, China
HU|HUN|Hungary
IS|ISL|Iceland
IN|IND|India
ID|IDN|Indonesia
IR|IRN|Iran|Iran, Islamic Republic of|Islamic Republic of Iran|Iran (Islamic Republic of)
IQ|IRQ|Iraq
IE|IRL|Ireland|Republic of Ireland
IM|IMN|Isle of Man
IL|ISR|Israel
IT|ITA|Italy
JM|JAM|Jamaica
JP|JPN|Japan
JE|JEY|Jersey
JO|JOR|Jordan
KZ|KAZ|Kazakhstan
KE|KEN|Kenya
KI|KIR|Kiribati
KP|PRK|Korea, North|North Korea|DPRK|Democratic People's Republic of Korea|Korea (Democratic People's Republic of)|Korea, Democratic People's Republic of|Korea North|Korea, Dem People's Rep
KR|KOR|Korea, South|South Korea|Republic of Korea|Korea (Republic of)|Korea, Republic of|ROK|Korea South
KW|KWT|Kuwait
KG|KGZ|Kyrgyzstan|Kyrgyz Republic
LA|LAO|Laos|Lao People's Democratic Republic|Lao PDR
LV|LVA|Latvia
LB|LBN|Lebanon
LS|LSO|Lesotho
LR|LBR|Liberia
LY|LBY|Libya|Libyan Arab Jamahiriya
LI|LIE|Liechtenstein
LT|LTU|Lithuania
LU|LUX|Luxembourg
MO|MAC|Macau|Macao|Macau SAR|Macao SAR|Macau (China)
MG|MDG|Madagascar
MW|MWI|Malawi
MY|MYS|Malaysia
MV|MDV|Maldives
ML|MLI|Mali
MT|MLT|Malta
MH|MHL|Marshall Islands
MQ|MTQ|Martinique
MR|MRT|Mauritania
MU|MUS|Mauritius
YT|MYT|Mayotte
MX|MEX|Mexico
FM|FSM|Micronesia|Micronesia (Federated State of)|Micronesia (Federated States of)|Federated States of Micronesia|Micronesia, Federated States of
MD|MDA|Moldova|Moldova, Republic of|Republic of Moldova
MC|MCO|Monaco
MN|MNG|Mongolia
ME|MNE|Montenegro
MS|MSR|Montserrat
MA|MAR|Morocco
MZ|MOZ|Mozambique
MM|MMR|Myanmar|Burma|Burma (Myanmar)|Myanmar (Burma)
NA|NAM|Namibia
NR|NRU|Nauru
NP|NPL|Nepal
NL|NLD|Netherlands|The Netherlands|Netherlands, The|Holland
NC|NCL|New Caledonia
NZ|NZL|New Zealand
NI|NIC|Nicaragua
NE|NER|Niger
NG|NGA|Nigeria
NU|NIU|Niue
NF|NFK|Norfolk Island
MK|MKD|North Macedonia|Macedonia|Macedonia (The Former Yugoslav Republic of)|North Macedonia, The Republic of|The Former Yugoslav Republic of Macedonia|North Macedonia, Republic of
MP|MNP|Northern Mariana Islands
NO|NOR|Norway
OM|OMN|Oman
PK|PAK|Pakistan
PW|PLW|Palau
PS|PSE|Palestine|Palestine, State of|Palestinian|Palestinian Territories|West Bank|Gaza|Palestinian Territory, Occupied|State of Palestine|Occupied Palestinian Territories
PA|PAN|Panama
PG|PNG|Papua New Guinea
PY|PRY|Paraguay
PE|PER|Peru
PH|PHL|Philippines
PN|PCN|Pitcairn
PL|POL|Poland
PT|PRT|Portugal
PR|PRI|Puerto Rico
QA|QAT|Qatar
RE|REU|Réunion|Reunion
RO|ROU|Romania
RU|RUS|Russia|Russian Federation|Россия
RW|RWA|Rwanda
BL|BLM|Saint Barthélemy|Saint Barthelemy
SH|SHN|Saint Helena, Ascension and Tristan da Cunha|Saint Helena|St. Helena
KN|KNA|Saint Kitts and Nevis|St. Kitts and Nevis|St Kitts and Nevis|St. Kitts & Nevis|Saint Kitts & Nevis
LC|LCA|Saint Lucia|St. Lucia|St Lucia
MF|MAF|Saint Martin
PM|SPM|Saint Pierre and Miquelon
VC|VCT|Saint Vincent and the Grenadines|St. Vincent and the Grenadines|St Vincent and the Grenadines|St. Vincent and Grenadines
WS|WSM|Samoa
SM|SMR|San Marino
ST|STP|Sao Tome and Principe|São Tomé and Príncipe|Sao Tome & Principe
SA|SAU|Saudi Arabia
SN|SEN|Senegal
RS|SRB|Serbia
SC|SYC|Seychelles|Seycheles
SL|SLE|Sierra Leone
SG|SGP|Singapore
SX|SXM|Sint Maarten|Sint Maarten (the Dutch two-fifths of the island of Saint Martin)|Sint Maarten (Dutch part)
SK|SVK|Slovakia|Slovak Republic
SI|SVN|Slovenia
SB|SLB|Solomon Islands
SO|SOM|Somalia
ZA|ZAF|South Africa
GS|SGS|South Georgia and the South Sandwich Islands
SS|SSD|South Sudan|South Sudan, Republic of|Republic of South Sudan
ES|ESP|Spain
LK|LKA|Sri Lanka
SD|SDN|Sudan|The Sudan
SR|SUR|Suriname|Surinam
SJ|SJM|Svalbard and Jan Mayen
SE|SWE|Sweden
CH|CHE|Switzerland
SY|SYR|Syria|Syrian Arab Republic
TW|TWN|Taiwan|Taiwan, Province of China|Chinese Taipei
TJ|TJK|Tajikistan
TZ|TZA|Tanzania|Tanzania, United Republic of|United Republic of Tanzania
TH|THA|Thailand
TL|TLS|Timor-Leste|East Timor|Timor Leste
TG|TGO|Togo
TK|TKL|Tokelau
TO|TON|Tonga
TT|TTO|Trinidad and Tobago|Trinidad & Tobago|Trinidad
TN|TUN|Tunisia
TR|TUR|Türkiye|Turkey|Turkiye
TM|TKM|Turkmenistan
TC|TCA|Turks and Caicos Islands
TV|TUV|Tuvalu
UG|UGA|Uganda
UA|UKR|Ukraine
AE|ARE|United Arab Emirates|UAE|U.A.E.
GB|GBR|United Kingdom|UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland
US|USA|United States|United States of America|U.S.|U.S.A.|USA
UM|UMI|United States Minor Outlying Islands
UY|URY|Uruguay
UZ|UZB|Uzbekistan
VU|VUT|Vanuatu
VE|VEN|Venezuela|Venezuela (Bolivarian Republic of)|Venezuela, Bolivarian Republic of
VN|VNM|Vietnam|Viet Nam
VG|VGB|British Virgin Islands|Virgin Islands, British|Virgin Islands (British)
VI|VIR|US Virgin Islands|Virgin Islands, U.S.|Virgin Islands (U.S.)|United States Virgin Islands
WF|WLF|Wallis and Futuna
EH|ESH|Western Sahara
YE|YEM|Yemen
ZM|ZMB|Zambia
ZW|ZWE|Zimbabwe
XK|XKX|Kosovo
"""
"""Alpha-2, alpha-3, name, further spellings; one country a line."""

PARENTS: Mapping[str, str] = {
    "AI": "GB",
    "AS": "US",
    "AW": "NL",
    "AX": "FI",
    "BL": "FR",
    "BM": "GB",
    "BQ": "NL",
    "BV": "NO",
    "CC": "AU",
    "CK": "NZ",
    "CW": "NL",
    "CX": "AU",
    "FK": "GB",
    "FO": "DK",
    "GF": "FR",
    "GG": "GB",
    "GI": "GB",
    "GL": "DK",
    "GP": "FR",
    "GS": "GB",
    "GU": "US",
    "HM": "AU",
    "IM": "GB",
    "IO": "GB",
    "JE": "GB",
    "KY": "GB",
    "MF": "FR",
    "MP": "US",
    "MQ": "FR",
    "MS": "GB",
    "NC": "FR",
    "NF": "AU",
    "NU": "NZ",
    "PF": "FR",
    "PM": "FR",
    "PN": "GB",
    "PR": "US",
    "RE": "FR",
    "SH": "GB",
    "SJ": "NO",
    "SX": "NL",
    "TC": "GB",
    "TF": "FR",
    "TK": "NZ",
    "UM": "US",
    "VG": "GB",
    "VI": "US",
    "WF": "FR",
    "YT": "FR",
}
"""Dependent territory -> state. Hong Kong and Macau are not in it: laws treat them by rules of their own."""

_NOT_LETTERS = re.compile(r"[^0-9a-z]+")


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    words = _NOT_LETTERS.sub(" ", plain).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words) or text.casefold().strip()


@functools.cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    spellings: dict[str, str] = {}
    for line in _ROWS.splitlines():
        alpha2, alpha3, name, *others = line.split("|")
        names[alpha2] = name
        for spelling in (alpha3, name, *others):
            spellings[_fold(spelling)] = alpha2
    return names, spellings


def is_country_code(code: str) -> bool:
    """Whether ``code`` is an ISO 3166-1 alpha-2 code (or ``XK``), in capitals."""
    return code in _tables()[0]


def country_name(code: str) -> str:
    """The English short name of a code; the code itself where it is none."""
    return _tables()[0].get(code, code)


def country_names() -> Mapping[str, str]:
    """Every alpha-2 code with its English short name, in the order of the names."""
    return _tables()[0]


def resolve_country(text: str) -> str | None:
    """The alpha-2 code that a code or name stands for, or None.

    Case, accents, punctuation and a leading "the" do not matter; both halves of a bilingual ``Belarus / Bélarus`` are
    tried.
    """
    stripped = text.strip()
    names, spellings = _tables()
    if len(stripped) == 2 and stripped.upper() in names:
        return stripped.upper()
    for part in (stripped, *stripped.split("/")):
        if found := spellings.get(_fold(part)):
            return found
    return None


def country_spellings() -> Mapping[str, str]:
    """Every spelling that is known, folded to lower-case letters, digits and blanks, with its alpha-2 code."""
    return _tables()[1]


def suggest_country(text: str) -> tuple[str, ...]:
    """Names of countries that resemble ``text``, best first, each as ``Name (CC)``."""
    names, spellings = _tables()
    close = difflib.get_close_matches(_fold(text), spellings, n=5, cutoff=0.6)
    return tuple(dict.fromkeys(f"{names[spellings[spelling]]} ({spellings[spelling]})" for spelling in close))[:3]
