"""The websocket protocol given to uvicorn, with messages framed once; knows no domain."""

from deliberation.wire.connection import Receiver, Wire
from deliberation.wire.conversation import EXTENSION
from deliberation.wire.frames import Frame
from deliberation.wire.patience import PatientHttp, stopping

__all__ = ["EXTENSION", "Frame", "PatientHttp", "Receiver", "Wire", "stopping"]
