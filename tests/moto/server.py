"""moto's server with the holes filled that the stacks of this repository would fall into.

moto answers everything else itself; before all of it stands the gate of gate.py. What is here keeps a document as it was
written and gives it back:

- S3 `?intelligent-tiering` and CloudFront's cache policies, which moto does not have;
- S3 `?lifecycle`, of which moto forgets how many old versions are kept;
- S3 `?requestPayment`, which moto answers with the bucket's objects;
- the root elements of some answers of S3, which moto names after the operation, so that a strict reader refuses them;
- S3's defaults of a new bucket: no public access, no access control lists, AES256; and the tags it is made with;
- IAM, where it is enforced: the table a call is about, so that a policy that names tables is of use;
- of a distribution's origin, that it is in S3 and its origin access control, which moto forgets.

    python server.py PORT
"""

import json
import re
import sys
import threading
import uuid
from urllib.parse import parse_qs
from xml.sax.saxutils import unescape

import flask
from gate import Gate
from moto.cloudfront import models as cloudfront
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3 import models as s3
from werkzeug.serving import run_simple

S3_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
CLOUDFRONT_NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
CACHE_POLICY = re.compile(r"^/2020-05-31/cache-policy(?:/(?P<id>[^/]+))?(?P<config>/config)?$")
ROOTS = {
    "accelerate": (b"GetBucketAccelerateConfigurationResponse", b"AccelerateConfiguration"),
    "notification": (b"GetBucketNotificationResponse", b"NotificationConfiguration"),
    "versioning": (b"GetBucketVersioningResponse", b"VersioningConfiguration"),
}
AES256 = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class Answer:
    """A status, headers and a body."""

    def __init__(self, status, body="", **headers):
        self.status = status
        self.body = body.encode()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    @classmethod
    def refused(cls, status, code):
        return cls(status, f"{DECLARATION}<Error><Code>{code}</Code><Message>{code}</Message></Error>")

    @classmethod
    def cloudfront_refused(cls, status, code):
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{code}</Message></Error>"
        return cls(status, f'{DECLARATION}<ErrorResponse xmlns="{CLOUDFRONT_NAMESPACE}">{error}</ErrorResponse>')

    def __call__(self, _environ, start_response):
        headers = {"Content-Type": "application/xml", "x-amzn-RequestId": str(uuid.uuid4()), **self.headers}
        headers["Content-Length"] = str(len(self.body))
        start_response(f"{self.status} -", list(headers.items()))
        return [self.body]


class Filled:
    """The documents that moto does not keep, in front of moto."""

    def __init__(self, moto):
        self.moto = moto
        self.lock = threading.Lock()
        self.forget()

    def forget(self):
        self.of_buckets = {}
        self.policies = {}

    def __call__(self, environ, start_response):
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        bucket = path.strip("/")
        with self.lock:
            if path == "/moto-api/reset":
                self.forget()
            elif found := CACHE_POLICY.match(path):
                return self.cache_policy(method, found, environ)(environ, start_response)
            elif "intelligent-tiering" in query:
                return self.tiering(method, bucket, query, environ)(environ, start_response)
            elif "lifecycle" in query:
                return self.lifecycle(method, bucket, environ)(environ, start_response)
            elif "requestPayment" in query:
                return self.payer(method, bucket, environ)(environ, start_response)
            elif method in ("PUT", "DELETE") and "/" not in bucket and not query:
                # a bucket that is made or goes begins with nothing
                self.of_buckets = {key: value for key, value in self.of_buckets.items() if key[0] != bucket}
        root = next((ROOTS[name] for name in query if method == "GET" and name in ROOTS), None)
        if root:
            return self.renamed(root, environ, start_response)
        return self.moto(environ, start_response)

    def renamed(self, root, environ, start_response):
        """moto's own answer with the root element as S3 names it."""
        held = {}

        def hold(status, headers, _info=None):
            held.update(status=status, headers=[pair for pair in headers if pair[0].lower() != "content-length"])

        body = b"".join(self.moto(environ, hold))
        body = body.replace(*root)
        start_response(held["status"], [*held["headers"], ("Content-Length", str(len(body)))])
        return [body]

    def tiering(self, method, bucket, query, environ):
        if "id" not in query:
            own = [text for key, text in sorted(self.of_buckets.items()) if key[:2] == (bucket, "tiering")]
            listed = f"<IsTruncated>false</IsTruncated>{''.join(own)}"
            root = "ListBucketIntelligentTieringConfigurationsOutput"
            return Answer(200, f'{DECLARATION}<{root} xmlns="{S3_NAMESPACE}">{listed}</{root}>')
        return self.document(method, (bucket, "tiering", query["id"][0]), "NoSuchConfiguration", environ)

    def lifecycle(self, method, bucket, environ):
        minimum = environ.get("HTTP_X_AMZ_TRANSITION_DEFAULT_MINIMUM_OBJECT_SIZE", "all_storage_classes_128K")
        answer = self.document(method, (bucket, "lifecycle", ""), "NoSuchLifecycleConfiguration", environ)
        answer.headers["x-amz-transition-default-minimum-object-size"] = minimum
        return answer

    def payer(self, method, bucket, environ):
        key = (bucket, "requestPayment", "")
        owner = "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"
        self.of_buckets.setdefault(key, owner)
        return self.document(method, key, "", environ)

    def document(self, method, key, missing, environ):
        if method == "PUT":
            self.of_buckets[key] = body_of(environ)
            return Answer(200)
        if method == "DELETE":
            self.of_buckets.pop(key, None)
            return Answer(204)
        if key not in self.of_buckets:
            return Answer.refused(404, missing)
        return Answer(200, DECLARATION + self.of_buckets[key])

    def cache_policy(self, method, found, environ):
        name_of = re.compile(r"<Name>(.*?)</Name>").search
        policy = found["id"]
        if method == "POST":
            config = body_of(environ)
            names = [name_of(text)[1] for text, _ in self.policies.values()]
            if name_of(config)[1] in names:
                return Answer.cloudfront_refused(409, "CachePolicyAlreadyExists")
            policy = str(uuid.uuid4())
            self.policies[policy] = (config, uuid.uuid4().hex)
            return self.shown(policy, 201)
        if policy is None:
            items = "".join(
                f"<CachePolicySummary><Type>custom</Type>{self.element(each)}</CachePolicySummary>"
                for each in self.policies
            )
            count = f"<MaxItems>100</MaxItems><Quantity>{len(self.policies)}</Quantity>"
            root = f'<CachePolicyList xmlns="{CLOUDFRONT_NAMESPACE}">'
            return Answer(200, f"{DECLARATION}{root}{count}<Items>{items}</Items></CachePolicyList>")
        if policy not in self.policies:
            return Answer.cloudfront_refused(404, "NoSuchCachePolicy")
        if method == "GET":
            return self.shown(policy, 200)
        if environ.get("HTTP_IF_MATCH") != self.policies[policy][1]:
            return Answer.cloudfront_refused(412, "PreconditionFailed")
        if method == "PUT":
            self.policies[policy] = (body_of(environ), uuid.uuid4().hex)
            return self.shown(policy, 200)
        del self.policies[policy]
        return Answer(204)

    def element(self, policy):
        changed = "<LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>"
        return f"<CachePolicy><Id>{policy}</Id>{changed}{self.policies[policy][0]}</CachePolicy>"

    def shown(self, policy, status):
        return Answer(status, DECLARATION + self.element(policy), ETag=self.policies[policy][1])


def body_of(environ):
    """The document of a request, without its declaration."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    return re.sub(r"^<\?xml.*?\?>\s*", "", body)


def make_buckets_as_s3_does():
    made = s3.S3Backend.create_bucket

    def make(self, bucket_name, *rest, **named):
        bucket = made(self, bucket_name, *rest, **named)
        bucket.public_access_block = s3.PublicAccessBlock(True, True, True, True)
        bucket.ownership_rule = "BucketOwnerEnforced"
        self.put_bucket_encryption(bucket_name, AES256)
        tags = re.findall(r"<Tag><Key>(.*?)</Key><Value>(.*?)</Value></Tag>", flask.request.get_data(as_text=True))
        if tags:
            self.put_bucket_tagging(bucket_name, {unescape(key): unescape(value) for key, value in tags})
        return bucket

    s3.S3Backend.create_bucket = make


def ask_for_tables_by_name():
    ask = DynamoHandler._authenticate_and_authorize_normal_action

    def ask_by_name(self, resource="*"):
        name = json.loads(self.raw_body or b"{}").get("TableName")
        if name:
            resource = f"arn:aws:dynamodb:{self.region}:{self.current_account}:table/{name}"
        ask(self, resource)

    DynamoHandler._authenticate_and_authorize_normal_action = ask_by_name


def keep_origins():
    made = cloudfront.Origin.__init__

    def keep(self, origin):
        made(self, origin)
        self.origin_access_control_id = origin.get("OriginAccessControlId", "")
        if "S3OriginConfig" in origin:
            self.s3_origin_config = origin["S3OriginConfig"]

    cloudfront.Origin.__init__ = keep


def main():
    make_buckets_as_s3_does()
    ask_for_tables_by_name()
    keep_origins()
    moto = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", int(sys.argv[1]), Gate(Filled(moto)), threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
