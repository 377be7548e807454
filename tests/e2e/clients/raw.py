"""Runs a client that only carries requests: COMMAND… URL LOGIN PASSWORD, with a document in base64 a line on its input and
the answer to each on its output. What the documents say is Python's."""

import base64
import json
import subprocess
import sys
import xmlrpc.client

steps = json.load(sys.stdin)
lines = [base64.b64encode(xmlrpc.client.dumps(tuple(params), method).encode()) for method, params in steps]
done = subprocess.run(sys.argv[1:], input=b"\n".join(lines) + b"\n", stdout=subprocess.PIPE, check=True)
results = []
for line in done.stdout.split():
    try:
        (value,), _ = xmlrpc.client.loads(base64.b64decode(line))
        results.append({"value": value})
    except xmlrpc.client.Fault as fault:
        results.append({"fault": [fault.faultCode, fault.faultString]})
json.dump(results, sys.stdout)
