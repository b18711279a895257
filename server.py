"""Start the service: `python server.py`, or `make run`."""

from deliberation.cli.serving import serve

if __name__ == "__main__":
    raise SystemExit(serve())
