"""The rule sets by which a community votes: to be read by everybody, and adopted by who may."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.i18n.sentences import Sentence, say
from deliberation.people.roles import Permission
from deliberation.rulesets import service as rulesets
from deliberation.rulesets import wording
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import MEETING, Version
from deliberation.rulesets.shipped import CONSULTATION
from deliberation.web import guarding, ruleforms
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.ruleforms import Tried
from deliberation.web.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A rule set as its readers see it. `key` is "meeting" for the meeting's own."""

    key: str
    rule: Rule
    name: Sentence
    label: Sentence
    words: Sequence[Sentence]
    is_complete: bool
    is_in_force: bool


def _shown(visit: Visit, rule: Rule, key: str) -> Shown:
    read = wording.in_language(rule, visit.language)
    return Shown(
        key=key,
        rule=rule,
        name=say(read.name),
        label=say(read.label),
        words=wording.words(read),
        is_complete=rule.is_complete,
        is_in_force=rule.is_in_force(visit.today),
    )


async def listing(visit: Visit) -> Response:
    """The meeting's own first, then those to choose from."""
    own = await rulesets.meeting_rule(visit.here.id)
    known = await rulesets.voting_rules(visit.here.id)
    return page(
        visit,
        "rulesets/list.html",
        section="rules",
        own=_shown(visit, own, MEETING),
        sets=[_shown(visit, rule, key) for key, rule in known.items()],
        choices=ruleforms.CHOICES,
    )


async def one(visit: Visit) -> Response:
    """A rule set with all its versions."""
    key = _key(visit)
    found = await rulesets.versions(visit.here.id, key)
    return page(
        visit,
        "rulesets/one.html",
        section="rules",
        key=key,
        latest=_shown(visit, found[0].rule, key),
        versions=[(version, _shown(visit, version.rule, key)) for version in found],
        choices=ruleforms.CHOICES,
    )


def _key(visit: Visit) -> str:
    return str(visit.request.path_params["key"])


async def new_set(visit: Visit) -> Response:
    """The form of a set under a new key; `from` names one to begin with."""
    begun = visit.query.get("from", "")[:20]
    rule = (await rulesets.versions(visit.here.id, begun))[0].rule if begun else CONSULTATION
    own = {"key": "", "name": "", "source": ""}
    return _form(visit, None, Tried(typed=ruleforms.values_of(rule) | own))


async def new_version(visit: Visit) -> Response:
    found = await rulesets.versions(visit.here.id, _key(visit))
    return _form(visit, found[0], Tried(typed=ruleforms.values_of(found[0].rule)))


def _form(visit: Visit, before: Version | None, tried: Tried) -> Response:
    key = _key(visit) if before else ""
    return page(
        visit,
        "rulesets/form.html",
        status=tried.status,
        section="rules",
        key=key,
        before=_shown(visit, before.rule, key) if before else None,
        typed=tried.typed,
        errors=tried.errors,
        choices=ruleforms.CHOICES,
        shares=ruleforms.SHARES,
        share_words=ruleforms.SHARE_WORDS,
        languages=ruleforms.LANGUAGES,
    )


async def adopt_set(visit: Visit) -> Response:
    """Refused where the key is used already."""
    key = visit.text("key", limit=20)
    if key == MEETING:
        raise Refusal(Code.RULE_KEY_TAKEN, key=key)
    return await _adopt(visit, None, key)


async def adopt_version(visit: Visit) -> Response:
    found = await rulesets.versions(visit.here.id, _key(visit))
    return await _adopt(visit, found[0], _key(visit))


async def _adopt(visit: Visit, before: Version | None, key: str) -> Response:
    """What was typed stays while something is wrong with it."""
    rule = ruleforms.rule_from(visit, key)
    if isinstance(rule, Tried):
        return _form(visit, before, rule)

    async def act() -> None:
        await rulesets.adopt_voting_rule(
            visit.actor, visit.here.id, rule, is_new=before is None, at=visit.now
        )

    try:
        await guarding.done_once(visit, act)
    except Refusal as refusal:
        if refusal.code not in (Code.RULE_INVALID, Code.RULE_KEY_TAKEN):
            raise
        errors = {ruleforms.field_of(refusal): words_of(visit, refusal)}
        tried = Tried(typed=ruleforms.typed_in(visit), errors=errors, status=refusal.status)
        return _form(visit, before, tried)
    return go(f"/rules/{key}")


PAGES: Sequence[Page] = (
    get("/rules", Permission.PUBLIC, listing),
    get("/new-rules", Permission.ADMINISTER, new_set),
    post("/rules", Permission.ADMINISTER, adopt_set),
    get("/rules/{key}", Permission.PUBLIC, one),
    get("/rules/{key}/new-version", Permission.ADMINISTER, new_version),
    post("/rules/{key}", Permission.ADMINISTER, adopt_version),
)
