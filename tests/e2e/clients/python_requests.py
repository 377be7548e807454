"""Python requests with HTTPDigestAuth, one session."""

import json
import sys
import xmlrpc.client

import requests
from requests.auth import HTTPDigestAuth

url, login, password = sys.argv[1:]
session = requests.Session()
session.auth = HTTPDigestAuth(login, password)
results = []
for method, params in json.load(sys.stdin):
    answer = session.post(url, xmlrpc.client.dumps(tuple(params), method), headers={"Content-Type": "text/xml"})
    answer.raise_for_status()
    try:
        (value,), _ = xmlrpc.client.loads(answer.content)
        results.append({"value": value})
    except xmlrpc.client.Fault as fault:
        results.append({"fault": [fault.faultCode, fault.faultString]})
json.dump(results, sys.stdout)
