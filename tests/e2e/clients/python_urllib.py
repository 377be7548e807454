"""Python's xmlrpc.client over urllib's Digest."""

import io
import json
import sys
import urllib.request
import xmlrpc.client

url, login, password = sys.argv[1:]


class DigestTransport(xmlrpc.client.Transport):
    def __init__(self):
        super().__init__()
        self.verbose = False
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, login, password)
        self.opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))

    def request(self, host, handler, request_body, verbose=False):
        request = urllib.request.Request(url, request_body, {"Content-Type": "text/xml", "User-Agent": self.user_agent})
        with self.opener.open(request) as answer:
            return self.parse_response(io.BytesIO(answer.read()))


server = xmlrpc.client.ServerProxy(url, DigestTransport())
results = []
for method, params in json.load(sys.stdin):
    try:
        results.append({"value": getattr(server, method)(*params)})
    except xmlrpc.client.Fault as fault:
        results.append({"fault": [fault.faultCode, fault.faultString]})
json.dump(results, sys.stdout)
