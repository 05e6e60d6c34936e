"""Send one request to the service: python -m serving.client http://127.0.0.1:8000 example.json."""

import argparse
import json
import sys
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

SHOWN = 4


def main() -> int:
    """Print request and answer; exit status 2 without a readable file or an answer, 3 if the service refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.client",
        description="Send one request to a running service and print it, in short, and the answer.",
    )
    parser.add_argument("url", help="the service, such as http://127.0.0.1:8000")
    parser.add_argument("request", type=Path, help="a file with a request, or a model's example.json")
    arguments = parser.parse_args()
    try:
        content = json.loads(arguments.request.read_bytes())
    except (OSError, ValueError) as error:
        print(f"error: cannot read a request from {arguments.request}: {error}", file=sys.stderr)
        return 2
    request = content.get("request", content) if isinstance(content, dict) else content
    address = f"{arguments.url.rstrip('/')}/predict"
    print(f"POST {address}\n{_short(request)}")
    try:
        answer = _post(address, request)
    except HTTPError as error:
        print(f"error: refused with status {error.code}: {error.read().decode()}", file=sys.stderr)
        return 3
    except (OSError, ValueError, HTTPException) as error:
        print(f"error: no answer from {arguments.url}: {error}; is the service running?", file=sys.stderr)
        return 2
    print(json.dumps(answer, indent=2))
    return 0


def _post(url: str, request: Any) -> Any:
    body = json.dumps(request).encode()
    direct = build_opener(ProxyHandler({}))  # a proxy of the environment would not find this machine's port
    with direct.open(Request(url, body, {"Content-Type": "application/json"}), timeout=10) as response:
        return json.load(response)


def _short(request: Any) -> str:
    """The request with its first features only."""
    if not (isinstance(request, dict) and isinstance(request.get("features"), dict)):
        return json.dumps(request)
    features = request["features"]
    shown = json.dumps({**request, "features": dict(list(features.items())[:SHOWN])})
    return shown + f"  (the first {SHOWN} of {len(features)} features)" * (len(features) > SHOWN)


if __name__ == "__main__":
    sys.exit(main())
