"""Documents as PDF, made by Typst in a process of its own; knows no domain."""

from deliberation.papers.press import Paper, Press, close_papers, to_pdf, typeset
from deliberation.papers.worker import PaperError

__all__ = ["Paper", "PaperError", "Press", "close_papers", "to_pdf", "typeset"]
