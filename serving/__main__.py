"""Start the service: python -m serving --model <folder>."""

import argparse
import contextlib
import socket
import sys
from pathlib import Path

import uvicorn

from serving.app import create_app
from serving.model import ModelRefused, load_model


def main() -> int:
    """Serve until stopped; exit status 2 if the folder or the address cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m serving",
        description="Answer churn predictions over HTTP from an exported model folder; needs no Spark.",
        epilog="POST /predict answers a request such as the one in the folder's example.json; GET /health, "
        "GET /model/info and the interactive page /docs tell the rest. Ctrl-C stops the service.",
    )
    parser.add_argument(
        "--model", type=Path, required=True, metavar="FOLDER", help="the folder that jobs/export_model.py wrote"
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, for this machine only")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0 takes any free port")
    arguments = parser.parse_args()
    try:
        model = load_model(arguments.model)
        listener = socket.create_server((arguments.host, arguments.port))
    except ModelRefused as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except (OSError, OverflowError) as error:
        address = f"{arguments.host}:{arguments.port}"
        print(f"error: cannot listen on {address}, choose another --host or --port: {error}", file=sys.stderr)
        return 2
    # Head and body of an answer are two writes: without this the second waits 40 ms for the client's ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    host, port = listener.getsockname()
    served = f"{model.contract.model_name} version {model.contract.model_version}"
    print(f"Serving {served} on http://{host}:{port} (try http://{host}:{port}/docs)", flush=True)
    # No access log: it would record which client asked at which time.
    server = uvicorn.Server(uvicorn.Config(create_app(model), access_log=False, log_level="warning"))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
