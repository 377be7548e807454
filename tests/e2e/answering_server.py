"""A server that is none of ours: it answers every call of the API with one value."""

import contextlib
import http.server
import threading
import xmlrpc.client


class Url(str):
    """The server's URL; `requests` are the bodies that it was sent."""


@contextlib.contextmanager
def server(value, *, seconds=0, status=200, **headers):
    """A server that answers every call with this value and these headers (name_of_header=value), after `seconds`.
    With another status than 200 it is the page of everything that is asked for."""
    requests = []
    stopped = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            requests.append(self.rfile.read(int(self.headers["Content-Length"])))
            stopped.wait(seconds)
            answer = value(requests[-1]) if callable(value) else value
            self.reply(answer.encode() if status != 200 else xmlrpc.client.dumps((answer,), methodresponse=True).encode())

        def do_GET(self):
            requests.append(self.path)
            self.reply(b"ready\n" if status == 200 else value.encode())

        def reply(self, body):
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name.replace("_", "-"), text)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        url = Url(f"http://127.0.0.1:{listening.server_port}/xmlapi")
        url.requests = requests
        yield url
        stopped.set()
        listening.shutdown()
