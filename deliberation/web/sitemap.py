"""All pages there are, in one table; a test walks it for every role."""

from collections.abc import Sequence

from deliberation.web import (
    agendas,
    ballotdesk,
    calendars,
    chairing,
    days,
    demands,
    home,
    intakes,
    matters,
    me,
    meetings,
    minutes,
    notices,
    paperdesk,
    papersheet,
    people,
    ranking,
    recounting,
    rulesets,
    setup,
    signing,
    staff,
    status,
    voting,
)
from deliberation.web.routing import Page

PAGES: Sequence[Page] = (
    *setup.PAGES,
    *signing.PAGES,
    *me.PAGES,
    *demands.PAGES,
    *minutes.PAGES,
    *matters.PAGES,
    *people.PAGES,
    *staff.PAGES,
    *status.PAGES,
    *intakes.PAGES,
    *home.PAGES,
    *calendars.PAGES,  # before the pages of a meeting, whose ids they end on
    *agendas.PAGES,
    *ranking.PAGES,
    *recounting.PAGES,
    *rulesets.PAGES,
    *notices.PAGES,
    *days.PAGES,
    *paperdesk.PAGES,
    *papersheet.PAGES,
    *meetings.PAGES,
    *chairing.PAGES,
    *voting.PAGES,
    *ballotdesk.PAGES,
)
