"""Fill the store of snapshots: from a directory of files, or from the publishers' own addresses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from enduse.lists import registry
from enduse.lists.collect import MAX_FILE_BYTES, MEMBER, Candidate, Ignored, collect
from enduse.lists.intake import COLLAPSE_BELOW, Intake, Progress, Release, SyncReport, Tell, tell_nobody
from enduse.lists.manifest import (
    FILE_NAME,
    EditionDate,
    Manifest,
    ManifestEdition,
    Role,
    date_in_name,
    find_manifest,
)
from enduse.lists.snapshots import Store, parser_version
from enduse.lists.sources.base import SourceFormat
from enduse.model.errors import BadInput

_ROLE_IN_NAME = re.compile(r"(?<![a-z])(sample|fixture)s?(?![a-z])", re.IGNORECASE)


def sync_from_dir(
    data_dir: Path,
    directory: Path,
    *,
    today: dt.date,
    manifest: Path | None = None,
    only: Collection[str] = (),
    accept_collapse: Collection[str] = (),
    collapse_below: int = COLLAPSE_BELOW,
    max_file_bytes: int = MAX_FILE_BYTES,
    tell: Tell = tell_nobody,
    among: Sequence[SourceFormat] | None = None,
) -> SyncReport:
    """Load every list found in a directory; all of it becomes current at once, at the end.

    Files are taken as a manifest names them (``manifest``, else ``enduse-sources.toml`` in the directory, else one that
    comes with the program and fits the layout), or without one as their content tells. Packed files are unpacked.

    Args:
        data_dir: the user's data directory.
        directory: where the files are.
        today: the civil date.
        only: ids of the sources to load; empty for all.
        accept_collapse: sources of which a far smaller edition is accepted.
        collapse_below: percent of the previous edition's rows under which an edition is refused.
        max_file_bytes: limit on one file, unpacked.
        tell: is told of progress.
        among: the sources; by default all.

    Returns:
        What was loaded, was refused and was ignored, and why. A refused edition is no error: the last good one stays.

    Raises:
        BadInput: the directory or the manifest cannot be used, or a source is not known.
        OperationFailed: the store cannot be written, or somebody else is writing.
    """
    known = registry.sources() if among is None else tuple(among)
    wanted = {registry.source_of(name, known, where="--source").id for name in only} or {one.id for one in known}
    accepted = frozenset(registry.source_of(name, known, where="--accept-collapse").id for name in accept_collapse)
    tell(Progress(0, 0, f"looking through {directory.name or directory}"))
    plan = _plan(directory, find_manifest(directory, manifest) if directory.is_dir() else None, known, max_file_bytes)
    releases = [release for release in plan.releases if release.source.id in wanted]
    with Store(data_dir).writing() as writer:
        intake = Intake(writer, today, accepted, collapse_below, writer.store.state(), warnings=plan.warnings)
        for number, release in enumerate(releases):
            tell(Progress(number, len(releases), f"{release.source.id}: {', '.join(release.paths)}"))
            intake.take(release)
        read_outdated_again(intake, known, tell)
        writer.commit(intake.state, today)
    tell(Progress(len(releases), len(releases), "done"))
    return intake.report(tuple(plan.ignored))


def read_outdated_again(intake: Intake, known: Sequence[SourceFormat], tell: Tell) -> None:
    """Read editions again that an earlier version of the parsers read."""
    by_id = {source.id: source for source in known}
    outdated = [one for one in intake.state.editions if one.parser != parser_version() and one.source in by_id]
    for number, record in enumerate(outdated):
        tell(Progress(number, len(outdated), f"reading again: {record.source} {record.edition}"))
        intake.read_again(record, by_id[record.source])


@dataclass(slots=True)
class _Plan:
    releases: list[Release] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def _plan(directory: Path, manifest: Manifest | None, known: Sequence[SourceFormat], limit: int) -> _Plan:
    plan = _Plan()
    candidates: dict[str, Candidate] = {}
    for found in collect(directory, limit):
        if isinstance(found, Ignored):
            plan.ignored.append(found)
        elif found.path != FILE_NAME:
            candidates[found.path] = found
    if manifest is not None:
        _as_named(plan, manifest, candidates, known)
    else:
        _as_recognised(plan, candidates, known)
    plan.releases.sort(key=lambda release: (release.source.id, release.stated or release.presumed[0]))
    return plan


def _as_named(plan: _Plan, manifest: Manifest, candidates: dict[str, Candidate], known: Sequence[SourceFormat]) -> None:
    used: set[str] = set()
    for edition in manifest.editions:
        source = registry.source_of(edition.source, known, where=manifest.where)
        if unknown := sorted(edition.files.keys() - set(source.components)):
            raise BadInput(
                f"{source.id} has no component {unknown[0]!r}",
                where=manifest.where,
                remedy=f"one of {', '.join(source.components)}",
            )
        chosen = {}
        for component, path in edition.files.items():
            found = candidates.get(path) or _only_member(candidates, path)
            if found is None:
                raise BadInput(f"the manifest names {path}, which is not there", where=manifest.where)
            chosen[component] = found
            used.add(found.path)
        plan.releases.append(_release(source, chosen, edition, edition.edition))
    for path, candidate in candidates.items():
        if path in used:
            continue
        reason = manifest.ignored.get(path) or _ignored_above(manifest, path)
        if not reason:
            claims, why = _claims(candidate, known)
            looks = f"looks like {claims[0][0].id}, component {claims[0][1]}" if claims else why
            reason = f"not named in the manifest {manifest.where}; {looks}"
        plan.ignored.append(Ignored(path, reason))


def _ignored_above(manifest: Manifest, path: str) -> str:
    """The reason given for a whole folder (a path that ends in a slash is a folder)."""
    for folder, reason in manifest.ignored.items():
        if path.startswith(folder + "/") or path.startswith(folder + MEMBER):
            return reason
    return ""


def _only_member(candidates: dict[str, Candidate], archive: str) -> Candidate | None:
    """The file in an archive that holds one."""
    members = [one for path, one in candidates.items() if path.startswith(archive + MEMBER)]
    return members[0] if len(members) == 1 else None


def _as_recognised(plan: _Plan, candidates: dict[str, Candidate], known: Sequence[SourceFormat]) -> None:
    groups: dict[tuple[str, str, EditionDate | None], list[tuple[str, Candidate]]] = {}
    by_id = {source.id: source for source in known}
    for path, candidate in candidates.items():
        claims, why = _claims(candidate, known)
        if len(claims) != 1:
            plan.ignored.append(Ignored(path, why))
            continue
        source, component = claims[0]
        folder = path.rpartition("/")[0]
        groups.setdefault((source.id, folder, date_in_name(path)), []).append((component, candidate))
    for (name, _, day), members in groups.items():
        source = by_id[name]
        releases: list[dict[str, Candidate]] = [{}]
        for component, candidate in members:
            # Two files for one component are two releases; without the others' dates nobody can tell whose they are.
            if component in releases[-1]:
                releases.append({})
            releases[-1][component] = candidate
        if len(releases) > 1 and len(source.components) > 1:
            paths = ", ".join(candidate.path for _, candidate in members)
            plan.warnings.append(f"{name}: cannot tell which files belong together: {paths}; name them in a manifest")
            plan.ignored += [Ignored(one.path, f"several releases of {name} of one date") for _, one in members]
            continue
        for chosen in releases:
            if source.components[0] in chosen:
                plan.releases.append(_release(source, chosen, None, day))
            else:
                main = source.components[0]
                plan.ignored += [
                    Ignored(one.path, f"{component} of {name} without {main} of the same release")
                    for component, one in chosen.items()
                ]


def _claims(candidate: Candidate, known: Sequence[SourceFormat]) -> tuple[list[tuple[SourceFormat, str]], str]:
    """Who claims a file, and why nobody or not one alone does."""
    try:
        head = candidate.head()
    except BadInput as error:
        return [], error.message()
    if not head.strip(b"\x00 \t\r\n\x1a"):
        return [], "the file is empty"
    claims = registry.recognise(candidate.name, head, known)
    if len(claims) > 1:
        ids = ", ".join(source.id for source, _ in claims)
        return claims, f"several sources claim it ({ids}): name it in a manifest"
    if not claims and looks_like_html(head):
        return claims, "an HTML page, not a list"
    return claims, "" if claims else "no list format that is known"


def looks_like_html(head: bytes) -> bool:
    """Whether content begins as a web page does."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    return start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<") and b"<head" in start)


def _release(
    source: SourceFormat, chosen: dict[str, Candidate], named: ManifestEdition | None, day: EditionDate | None
) -> Release:
    if named is not None:
        role = named.role
    else:
        words = {found[1].lower() for one in chosen.values() if (found := _ROLE_IN_NAME.search(one.path))}
        role = Role(min(words)) if words else Role.FULL
    presumed = (
        (day.day, "file name")
        if day is not None
        else (
            dt.datetime.fromtimestamp(max(one.modified for one in chosen.values()), dt.UTC).date(),
            "modification time",
        )
    )
    return Release(
        source=source,
        files={component: candidate.content for component, candidate in chosen.items()},
        names={component: candidate.path for component, candidate in chosen.items()},
        presumed=presumed,
        stated=named.edition.day if named and named.edition else None,
        month_only=day is not None and day.month_only,
        role=role,
    )
