"""The curl program with --digest. All calls but the first run in one process, as scripts with many URLs do."""

import json
import pathlib
import subprocess
import sys
import tempfile
import xmlrpc.client

url, login, password = sys.argv[1:]
steps = json.load(sys.stdin)
results = []
with tempfile.TemporaryDirectory() as folder:
    command = ["curl", "--silent", "--show-error", "--fail", "--compressed"]
    for number, (method, params) in enumerate(steps):
        body = pathlib.Path(folder, f"{number}.xml")
        body.write_text(xmlrpc.client.dumps(tuple(params), method))
        command += ["--next"] if number else []
        command += ["--digest", "--user", f"{login}:{password}", "--header", "Content-Type: text/xml", "--compressed",
                    "--data-binary", f"@{body}", "--output", f"{folder}/{number}.answer", url]
    subprocess.run(command, check=True)
    for number in range(len(steps)):
        try:
            (value,), _ = xmlrpc.client.loads(pathlib.Path(folder, f"{number}.answer").read_text())
            results.append({"value": value})
        except xmlrpc.client.Fault as fault:
            results.append({"fault": [fault.faultCode, fault.faultString]})
json.dump(results, sys.stdout)
