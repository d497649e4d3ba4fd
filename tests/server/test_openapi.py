"""The HTTP surface fuzzed by schemathesis from the project's own OpenAPI document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.server.live import running

# What a text must be to be a query is more than a schema can say, so what is accepted isn't judged by it. Nor are
# methods: OpenAPI 3.1 has no way to declare QUERY; test_protocol.py and test_operations.py hold what the others get.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


def test_the_server_does_what_its_openapi_document_says_whatever_is_sent(
    data_dir: Path, tmp_path: Path
) -> None:
    with running(data_dir, client_budget=0, deadline=2) as server:
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"http://127.0.0.1:{server.port}/openapi.json",
            *("--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", "40"),
            "--generation-deterministic",
            "--no-color",
        ]
        ended = subprocess.run(
            command, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path
        )
        assert server.get("/health").status_code == 200
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr[-1000:]
