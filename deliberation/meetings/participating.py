"""What a meeting that is over adds to people's participation: who came, and who spoke."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from deliberation import journal
from deliberation.gatherings import participation
from deliberation.gatherings.participation import Took
from deliberation.journal.views import MeetingState
from deliberation.meetings.models import Attendance, Meeting
from deliberation.people.models import Community


async def note_attendance(entry: journal.Recorder, meeting: Meeting, state: MeetingState) -> None:
    """Inside the unit of work that adjourns the meeting. Votes are not looked at."""
    signed = await Attendance.filter(meeting_id=meeting.id)
    community = await Community.get(id=meeting.community_id)
    present = [row.person_id for row in signed]
    await participation.note(entry, community, _took(meeting, present, state))


def _took(meeting: Meeting, present: Sequence[UUID], state: MeetingState) -> Iterator[Took]:
    subject = f"meeting:{meeting.id}"
    for person in present:
        yield Took(person=person, kind="attended", subject=subject, words=meeting.title)
    for person in {heard.speech.person for heard in state.heard}:
        yield Took(person=person, kind="spoke", subject=subject, words=meeting.title)
