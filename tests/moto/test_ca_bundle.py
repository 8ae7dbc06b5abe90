"""A server whose certificate only a bundle of one's own vouches for."""

import http.server
import ssl
import subprocess
import threading
import urllib.error
import urllib.request

import pytest
from conftest import Cloud


class Forward(http.server.BaseHTTPRequestHandler):
    """Hands every request on to moto."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = urllib.request.Request(self.server.to + self.path, body or None, dict(self.headers), method=self.command)
        try:
            said = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            said = error
        with said:
            text = said.read()
            self.send_response(said.status)
            for name, value in said.headers.items():
                if name.lower() not in ("connection", "content-length", "date", "server", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def secure(cloud, tmp_path):
    """The address of moto behind TLS, and the certificate of the authority behind it."""

    def certify(name, *extensions):
        key, certificate = tmp_path / f"{name}.key", tmp_path / f"{name}.pem"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
        subprocess.run(
            [*command, "-keyout", str(key), "-out", str(certificate), *extensions], check=True, capture_output=True
        )
        return key, certificate

    authority_key, authority = certify("authority", "-addext", "basicConstraints=critical,CA:TRUE")
    names = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
    key, certificate = certify("localhost", *names, "-CA", str(authority), "-CAkey", str(authority_key))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    server.to = cloud.url
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://localhost:{server.server_port}", authority
    server.shutdown()


def test_a_bundle_vouches_for_a_server(secure):
    url, authority = secure
    behind = Cloud(url)
    refused = behind.run("plan", "dev")
    assert refused.code == 1, refused.said
    assert "AWS_CA_BUNDLE" in refused.err
    planned = behind.ok("plan", "dev", environment={"AWS_CA_BUNDLE": str(authority)})
    assert "create" in planned.out
